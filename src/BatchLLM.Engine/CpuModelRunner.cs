using BatchLLM.Checkpoints;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Sampling;
using BatchLLM.Engine.Threading;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine;

/// <summary>
/// Runs a Llama model on the CPU, over weights as compressed as the checkpoint has them: in float32, in integers for INT8, or,
/// where the processor has the instructions, in pairs of BF16 with sums in float32.
/// </summary>
/// <remarks>
/// Every sum has one fixed order per row, so a sequence's logits are the same bits whatever its neighbours, its prompt's
/// chunks, its blocks or the thread count.
/// </remarks>
public sealed class CpuModelRunner : IModelRunner
{
    private readonly LlamaWeights _weights;
    private readonly WorkerPool _pool;
    private readonly StepRows _rows;
    private readonly KvCache _cache;
    private readonly ForwardPass _forward;
    private readonly TokenChoice _choice;

    /// <summary>Reads and packs the model's weights and allocates everything that steps need.</summary>
    /// <param name="model">The model; it may be disposed once this returns.</param>
    /// <param name="options">Sizes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    /// <exception cref="BatchLLMException">
    /// The KV cache's bytes hold no block of this model, the checkpoint has no such numerics, the machine no such
    /// instructions, or a weight is damaged.
    /// </exception>
    public CpuModelRunner(ModelDirectory model, CpuModelRunnerOptions options)
        : this(model, options, PanelKernel.PreferredWidth)
    {
    }

    internal CpuModelRunner(ModelDirectory model, CpuModelRunnerOptions options, int panelWidth)
    {
        var instructions = InstructionSets.Choose(options.Instructions);
        Numerics = options.Numerics ?? model.Quantization.Default;
        model.Quantization.Require(Numerics);
        Kv = options.Kv ?? model.Quantization.Kv;
        Limits = RunnerSizes.Decide(model, options, Kv);
        _weights = new LlamaWeights(model, Numerics, panelWidth);
        _pool = new WorkerPool(options.Threads);
        _rows = new StepRows(Limits.StepTokenBudget, Limits.StepSequenceBudget);
        var scales = Enumerable.Range(0, model.Config.LayerCount).Select(model.KvScales).ToArray();
        _cache = new KvCache(model.Config, Limits.KvBlockTokens, Limits.KvBlockCount, Kv, scales);
        var angles = model.StoredRope ?? RopeTable.Angles(model.Config, Limits.ContextLength);
        _forward = new ForwardPass(model.Config, _weights, Limits, _cache, angles, _rows, _pool, instructions);
        _choice = new TokenChoice(Limits, _rows, options.Threads);
    }

    /// <inheritdoc/>
    public RunnerLimits Limits { get; }

    /// <summary>Width of the vectors that this machine's kernels compute with.</summary>
    public static int VectorBits => PanelKernel.PreferredWidth == PanelKernel.WideWidth ? 512 : 256;

    /// <summary>How linear layers are computed.</summary>
    public Numerics Numerics { get; }

    /// <summary>What the KV cache holds.</summary>
    public KvPrecision Kv { get; }

    /// <summary>Bytes of memory that the weights take.</summary>
    public long WeightBytes => _weights.ByteCount;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The step exceeds <see cref="Limits"/> or a sequence's block table.</exception>
    public void Run(Step step, Span<int> nextTokens)
    {
        ArgumentNullException.ThrowIfNull(step);
        StepCheck.Check(step, nextTokens.Length, Limits);
        _rows.Fill(step);
        _pool.Run(_choice.Of(_forward.Run()));
        nextTokens.Fill(IModelRunner.NoToken);
        for (var i = 0; i < _rows.ChosenCount; i++)
        {
            nextTokens[_rows.ChosenSlice(i)] = _choice.Token(i);
        }
    }

    /// <summary>The logits that the last step's i-th choice read; with penalties, after them. // [vocabulary]</summary>
    /// <param name="i">Choices stand in the order of the slices that choose a token.</param>
    public ReadOnlySpan<float> ChoiceLogits(int i) => _choice.Logits(i);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Dispose();
        _forward.Dispose();
        _cache.Dispose();
        _weights.Dispose();
    }
}
