using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantization;
using BatchLLM.Checkpoints.Quantize;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>
/// A model of random weights, N(0, 0.02), with norms of N(1, 0.02): for measuring, where the shape counts and not what it says.
/// Weights are made as they are read, so nothing is written and a model of any size takes no memory of its own.
/// </summary>
public sealed class SyntheticModel : IModelWeights
{
    private const int Nvfp4Block = 16;

    private readonly SyntheticPrecision _precision;
    private readonly ulong _seed;
    private readonly HashSet<string> _norms;
    private readonly Dictionary<string, ExpectedTensor> _linears;

    /// <summary>Makes a model up.</summary>
    /// <param name="config">Its numbers.</param>
    /// <param name="precision">What its weights are stored as.</param>
    /// <param name="seed">Another seed, other weights.</param>
    /// <exception cref="BatchLLMException">The precision's blocks do not divide the inputs of a layer.</exception>
    public SyntheticModel(LlamaConfig config, SyntheticPrecision precision, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        (Config, _precision, _seed) = (config, precision, seed);
        Quantization = precision.Scheme();
        _norms = [.. LlamaTensors.ExpectedPlain(config).Where(e => e.Shape.Length == 1).Select(e => e.Name)];
        _linears = LlamaTensors.ExpectedLinears(config).ToDictionary(e => e.Name, StringComparer.Ordinal);
        CheckBlocks();
    }

    /// <inheritdoc/>
    public LlamaConfig Config { get; }

    /// <inheritdoc/>
    public QuantizationScheme Quantization { get; }

    /// <inheritdoc/>
    public StoredRope? StoredRope => null;

    /// <summary>Element type of the embedding.</summary>
    public TensorType EmbeddingType => _precision.PlainType();

    /// <summary>How the linear layers are stored, the head among them whether tied or not.</summary>
    public IEnumerable<LinearSummary> Linears =>
        _linears.Keys.Append(LlamaTensors.HeadModule).Distinct().Select(module => LinearSummary.Of(Linear(module)));

    /// <inheritdoc/>
    public Tensor Tensor(string name) =>
        _norms.Contains(name) ? Plain(name, 1, Config.HiddenSize)
        : name == LlamaTensors.Embedding ? Plain(name, 0, Config.VocabularySize, Config.HiddenSize)
        : throw new ArgumentException($"The model has no tensor '{name}'.", nameof(name));

    /// <inheritdoc/>
    public LinearWeight Linear(string module)
    {
        if (module == LlamaTensors.HeadModule)
        {
            return Unquantized(module, Config.TiesEmbeddings ? LlamaTensors.Embedding : LlamaTensors.Head);
        }

        return !_linears.ContainsKey(module) ? throw new ArgumentException($"The model has no linear layer '{module}'.", nameof(module))
            : _precision.Codes() is { } codes ? Quantized(module, codes)
            : Unquantized(module, $"{module}.weight");
    }

    /// <inheritdoc/>
    public KvScales KvScales(int layer) => new(1, 1);

    private LinearWeight Unquantized(string module, string tensor)
    {
        var (outputs, inputs) = Shape(module);
        return LinearResolver.Plain(module, Plain(tensor, 0, outputs, inputs), outputs, inputs);
    }

    private LinearWeight Quantized(string module, SyntheticCodes codes)
    {
        var (outputs, inputs) = Shape(module);
        var block = BlockSize(module, inputs);
        var reader = new SyntheticLinear(
            module, Elements($"{module}.weight", codes.Codes), Elements($"{module}.weight_scale", codes.ScaleTable), inputs, inputs / block);
        return new LinearWeight(reader)
        {
            Name = module,
            Format = codes.Format,
            StoredType = codes.Format == WeightFormat.Fp8 ? TensorType.F8E4M3 : TensorType.U8,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = block,
            GlobalScale = codes.GlobalScale,
            InputScale = codes.InputScale,
        };
    }

    private (int Outputs, int Inputs) Shape(string module) => _linears.TryGetValue(module, out var linear)
        ? (checked((int)linear.Shape[0]), checked((int)linear.Shape[1]))
        : (Config.VocabularySize, Config.HiddenSize);

    private void CheckBlocks()
    {
        foreach (var module in _linears.Keys.Where(m => m != LlamaTensors.HeadModule))
        {
            _ = BlockSize(module, Shape(module).Inputs);
        }
    }

    private int BlockSize(string module, int inputs) => _precision switch
    {
        SyntheticPrecision.Int4 => Int4Weights.BlockSize(module, inputs),
        SyntheticPrecision.Nvfp4 when inputs % Nvfp4Block != 0 => throw new BatchLLMException(
            $"Layer '{module}' has {inputs} inputs; NVFP4 needs a multiple of {Nvfp4Block}. Choose bf16, fp8 or int8."),
        SyntheticPrecision.Nvfp4 => Nvfp4Block,
        _ => inputs,
    };

    private Tensor Plain(string name, int mean, params long[] shape)
    {
        var type = _precision.PlainType();
        var bytes = shape.Aggregate((long)type.Size(), (product, size) => product * size);
        return new Tensor(SyntheticFloats.Of(type, mean, RandomKey.Of(_seed, name)), new TensorEntry(name, type, shape, 0, bytes));
    }

    private RandomElements<T> Elements<T>(string name, T[] table)
        where T : unmanaged => new(RandomKey.Of(_seed, name), table);
}
