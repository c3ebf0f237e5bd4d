using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints;

/// <summary>
/// A Llama model directory as its publisher wrote it (config.json, safetensors, tokenizer), opened and checked.
/// Weights stay memory-mapped until they are read.
/// </summary>
public sealed class ModelDirectory : IModelWeights, IDisposable
{
    private readonly ModelReading _reading;

    private ModelDirectory(ModelReading reading)
    {
        Path = reading.Path;
        Config = reading.Config!;
        StopTokenIds = reading.StopTokenIds;
        _reading = reading;
        Quantization = reading.Quantization;
        StoredRope = reading.Rope;
        Digest = reading.Digest();
    }

    /// <summary>The directory's full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public LlamaConfig Config { get; }

    /// <summary>Ids that end a completion, ascending: those of config.json and of generation_config.json together.</summary>
    public IReadOnlyList<int> StopTokenIds { get; }

    /// <summary>
    /// SHA-256 in lower-case hexadecimal that tells this model from another: see <see cref="ModelDigest"/> for what it covers.
    /// </summary>
    public string Digest { get; }

    /// <inheritdoc/>
    public QuantizationScheme Quantization { get; }

    /// <inheritdoc/>
    public StoredRope? StoredRope { get; }

    /// <summary>The tokenizer's file; null if the directory has none.</summary>
    public string? TokenizerPath => FindTokenizer(Path);

    /// <summary>Opens a directory and checks all of it.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="BatchLLMException">Something is missing or wrong; the message names the first problem.</exception>
    public static ModelDirectory Open(string path)
    {
        var reading = ModelReading.Of(path);
        if (reading.Problems.Count == 0)
        {
            return new ModelDirectory(reading);
        }

        reading.Dispose();
        var others = reading.Problems.Count == 1 ? "" : $" ({reading.Problems.Count - 1} more: run 'batchllm inspect')";
        throw new BatchLLMException($"Model {path}: {reading.Problems[0]}{others}");
    }

    /// <summary>The tokenizer's file in a directory, whose weights need not be there; null if there is none.</summary>
    public static string? FindTokenizer(string directory) => ModelDigest.TokenizerFiles
        .Select(name => System.IO.Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>SHA-256 in lower-case hexadecimal of a directory's tokenizer, template and configuration files.</summary>
    public static string DigestWithoutWeights(string directory) => ModelDigest.ComputeWithoutWeights(directory);

    /// <inheritdoc/>
    /// <remarks>Its shape is already checked.</remarks>
    public Tensor Tensor(string name) => _reading.Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new ArgumentException($"The model has no tensor '{name}'.", nameof(name));

    /// <inheritdoc/>
    /// <remarks>Its tensors are already checked.</remarks>
    public LinearWeight Linear(string module) => _reading.Linears.TryGetValue(module, out var linear)
        ? linear
        : throw new ArgumentException($"The model has no linear layer '{module}'.", nameof(module));

    /// <inheritdoc/>
    public KvScales KvScales(int layer) => _reading.KvScales[layer];

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();
}
