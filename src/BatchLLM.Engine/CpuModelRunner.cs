using System.Diagnostics;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
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
    private const int None = -1;

    private readonly LlamaWeights _weights;
    private readonly WorkerPool _pool;
    private readonly StepRows _rows;
    private readonly KvCache _cache;
    private readonly ForwardPass _forward;
    private readonly TokenChoice _choice;
    private Step? _begun;
    private Matrix _logits; // [rows of the chunk, vocabulary]
    private int _chunk = None; // choices whose logits were asked for

    /// <summary>Reads and packs the model's weights and allocates everything that steps need.</summary>
    /// <param name="model">The model; it may be disposed once this returns.</param>
    /// <param name="options">Sizes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    /// <exception cref="BatchLLMException">
    /// The KV cache's bytes hold no block of this model, the checkpoint has no such numerics, the machine no such
    /// instructions, or a weight is damaged.
    /// </exception>
    public CpuModelRunner(IModelWeights model, CpuModelRunnerOptions options)
        : this(model, options, PanelKernel.PreferredWidth)
    {
    }

    internal CpuModelRunner(IModelWeights model, CpuModelRunnerOptions options, int panelWidth)
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
        var panel = panelWidth == PanelKernel.WideWidth ? KvCache.WidePanel : KvCache.NarrowPanel;
        _cache = new KvCache(model.Config, Limits.KvBlockTokens, Limits.KvBlockCount, Kv, scales, panel);
        _forward = new ForwardPass(model, _weights, Limits, _cache, _rows, _pool, Times, instructions);
        _choice = new TokenChoice(Limits, _rows, options.Threads);
    }

    /// <inheritdoc/>
    public RunnerLimits Limits { get; }

    /// <summary>The limits that a runner would have, without reading a weight.</summary>
    /// <exception cref="BatchLLMException">The KV cache's bytes hold no block of this model.</exception>
    public static RunnerLimits LimitsOf(ModelDirectory model, CpuModelRunnerOptions options) =>
        RunnerSizes.Decide(model, options, options.Kv ?? model.Quantization.Kv);

    /// <summary>Width of the vectors that this machine's kernels compute with.</summary>
    public static int VectorBits => PanelKernel.PreferredWidth == PanelKernel.WideWidth ? 512 : 256;

    /// <summary>How linear layers are computed.</summary>
    public Numerics Numerics { get; }

    /// <summary>What the KV cache holds.</summary>
    public KvPrecision Kv { get; }

    /// <summary>Where the time of all steps went.</summary>
    public StepTimes Times { get; } = new();

    /// <summary>Bytes of memory that the weights take.</summary>
    public long WeightBytes => _weights.ByteCount;

    /// <inheritdoc/>
    /// <remarks>Only looks at the step. Computing beside whoever plans the next one would take the processors from each other.</remarks>
    /// <exception cref="ArgumentException">The step exceeds <see cref="Limits"/> or a sequence's block table.</exception>
    public void Begin(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        StepCheck.CheckBegin(inFlight: _begun is null ? 0 : 1, Limits);
        StepCheck.Check(step, Limits);
        _begun = step;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is another number of results than of slices.</exception>
    public TimeSpan End(Span<int> nextTokens)
    {
        var start = Stopwatch.GetTimestamp();
        var step = _begun ?? throw StepCheck.NothingBegun();
        StepCheck.CheckResults(step, nextTokens.Length);
        _begun = null;
        Compute(step);
        nextTokens.Fill(IModelRunner.NoToken);
        for (var i = 0; i < _rows.ChosenCount; i++)
        {
            nextTokens[_rows.ChosenSlice(i)] = _choice.Token(i);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <inheritdoc/>
    public void Abandon() => _begun = null;

    private void Compute(Step step)
    {
        Times.Begin();
        _rows.Fill(step);
        _chunk = None;
        _forward.Run(step);
        Choose();
    }

    /// <summary>
    /// The logits of the last step's i-th choice, before any penalties. They are computed again: a step keeps those of a few
    /// rows only. // [vocabulary]
    /// </summary>
    /// <param name="i">Choices stand in the order of the slices that choose a token.</param>
    /// <returns>Valid until the next step, and until logits some choices away are asked for.</returns>
    public unsafe ReadOnlySpan<float> ChoiceLogits(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)_rows.ChosenCount, nameof(i));
        var (chunk, row) = Math.DivRem(i, _forward.Head.RowCount);
        if (chunk != _chunk)
        {
            Times.Begin();
            _logits = Logits(chunk);
            _chunk = chunk;
        }

        return new ReadOnlySpan<float>(_logits[row], Limits.VocabularySize);
    }

    private void Choose()
    {
        for (var chunk = 0; chunk * _forward.Head.RowCount < _rows.ChosenCount; chunk++)
        {
            var first = chunk * _forward.Head.RowCount;
            _pool.Run(_choice.Of(Logits(chunk), first, ChunkLength(chunk)));
            Times.Mark(StepPart.Choose);
        }
    }

    private Matrix Logits(int chunk) => _forward.Head.Logits(chunk * _forward.Head.RowCount, ChunkLength(chunk));

    private int ChunkLength(int chunk) => Math.Min(_forward.Head.RowCount, _rows.ChosenCount - chunk * _forward.Head.RowCount);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Dispose();
        _forward.Dispose();
        _cache.Dispose();
        _weights.Dispose();
    }
}
