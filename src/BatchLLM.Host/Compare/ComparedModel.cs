using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Host.Commands;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Compare;

/// <summary>One of the two models, opened, with the numerics it is computed with.</summary>
internal sealed class ComparedModel : IDisposable
{
    private static readonly string[] WeightFiles = ["*.safetensors", "*.onnx", "*.onnx_data"];

    private ComparedModel(LoadedModel loaded, Numerics? numerics)
    {
        Loaded = loaded;
        Numerics = numerics ?? loaded.Quantization.Default;
    }

    /// <summary>Tokenizer, template and sizes.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>The numerics in force.</summary>
    public Numerics Numerics { get; }

    /// <summary>The KV cache in force.</summary>
    public KvPrecision Kv => Loaded.Quantization.Kv;

    /// <summary>Bytes of the directory's weight files.</summary>
    public long DiskBytes { get; private init; }

    /// <summary>Opens a model directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="numerics">Name of the wanted numerics; null for the checkpoint's own.</param>
    /// <exception cref="UsageException">The numerics do not exist, or the checkpoint does not support them.</exception>
    /// <exception cref="BatchLLMException">A file is missing or wrong.</exception>
    public static ComparedModel Open(string path, string? numerics)
    {
        var asked = Parse(numerics);
        var loaded = LoadedModel.Open(path);
        if (NumericsRefusal.Of(path, loaded.Quantization, asked, "the command line") is { } refusal)
        {
            loaded.Dispose();
            throw new UsageException(refusal);
        }

        return new ComparedModel(loaded, asked) { DiskBytes = SizeOf(path) };
    }

    /// <summary>Reads the weights.</summary>
    public CpuModelRunner OpenRunner() => Loaded.OpenCpuRunner(new ComputeChoice(Numerics, Kv));

    /// <inheritdoc/>
    public void Dispose() => Loaded.Dispose();

    private static Numerics? Parse(string? name) => name is null
        ? null
        : NumericsNames.Parse(name)
            ?? throw new UsageException($"There are no numerics '{name}'; expected one of {string.Join(", ", NumericsNames.All)}.");

    private static long SizeOf(string path) => WeightFiles
        .SelectMany(pattern => new DirectoryInfo(path).EnumerateFiles(pattern))
        .Sum(file => file.Length);
}
