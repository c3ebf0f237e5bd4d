using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Model;
using BatchLLM.Cuda.Weights;
using BatchLLM.Engine.Model;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Cuda;

/// <summary>Runs a Llama model on a GPU, over weights in the checkpoint's FP8 or INT8, or in BF16.</summary>
/// <remarks>
/// Whatever a row passes through is a function of its own sequence: kernels work on rows alone, attention adds by positions, and
/// the products of one layer have algorithms of the same bits for all numbers of rows, as far as the library has them
/// (<see cref="CudaDevice.VaryingProducts"/>). A step is queued as a whole when it is begun, and nothing waits for the device but
/// <see cref="End"/>, by the event behind the step's tokens.
/// </remarks>
public sealed class CudaModelRunner : IModelRunner
{
    private readonly DeviceWeights _weights;
    private readonly DeviceKvCache _cache;
    private readonly RopeAngleTables _angles;
    private readonly PassBuffers _buffers;
    private readonly StepRows _rows;
    private readonly StepLayout _layout;
    private readonly StepArrays _arrays;
    private readonly DeviceForwardPass _forward;
    private readonly TokenChoices _choices;
    private readonly StepGraphs _graphs;
    private readonly IDevice _device;
    private readonly Queue<StepInFlight> _idle;
    private readonly Queue<StepInFlight> _inFlight = new();
    private readonly Action _queueStep; // made once, for it is called for every step
    private StepLaunch? _launch; // of the step that is being queued

    /// <summary>Copies the model to the device and allocates everything that steps need.</summary>
    /// <param name="device">Must outlive the runner.</param>
    /// <param name="model">The model; it may be disposed once this returns.</param>
    /// <param name="options">Sizes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    /// <exception cref="BatchLLMException">
    /// The device has too little memory, or does not compute such numerics, shapes or KV caches.
    /// </exception>
    public CudaModelRunner(IDevice device, IModelWeights model, CudaModelRunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Numerics = NumericsOf(device, model, options);
        Kv = GpuNumerics.Kv(model.Quantization, options.Kv);
        var shape = ShapeOf(model, options);
        var stored = Nvfp4Storage.Of(device, model, Numerics, options.KeepsNvfp4Codes);
        var sizes = DeviceSizes.Decide(device, model, options, stored, shape);
        Limits = sizes.Limits;
        _weights = new DeviceWeights(device, model, stored);
        _buffers = new PassBuffers(device, _weights, shape, sizes.Rows, sizes.HeadRows, sizes.Partials);
        Prepare(device, sizes);
        _angles = new RopeAngleTables(device, model, Limits.ContextLength);
        _cache = new DeviceKvCache(device, model.Config, Kv, Limits.KvBlockTokens, Limits.KvBlockCount);
        _rows = new StepRows(Limits.StepTokenBudget, Limits.StepSequenceBudget);
        _layout = new StepLayout(Limits, sizes.Rows, sizes.Partials, shape.BlockRows);
        _arrays = new StepArrays(device, _layout, new AttentionPlan(shape, sizes.Partials));
        _forward = new DeviceForwardPass(new PassContext(
            device, model.Config, _weights, _buffers, _cache, _angles, shape, new PagedAttention(device, shape)));
        _choices = new TokenChoices(device, _weights.Head, _buffers, Limits, sizes.HeadRows);
        _graphs = new StepGraphs(device);
        _device = device;
        _idle = new Queue<StepInFlight>(Enumerable.Range(0, Limits.StepsInFlight).Select(_ => new StepInFlight(device, Limits.StepSequenceBudget)));
        _queueStep = QueueStep;
    }

    /// <inheritdoc/>
    public RunnerLimits Limits { get; }

    /// <summary>How linear layers are computed.</summary>
    public Numerics Numerics { get; }

    /// <summary>What the KV cache holds.</summary>
    public KvPrecision Kv { get; }

    /// <summary>Bytes of the device's memory that the weights take.</summary>
    public long WeightBytes => _weights.ByteCount;

    /// <summary>The limits that a runner would have, without reading a weight.</summary>
    /// <exception cref="BatchLLMException">See the constructor.</exception>
    public static RunnerLimits LimitsOf(IDevice device, IModelWeights model, CudaModelRunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var stored = Nvfp4Storage.Of(device, model, NumericsOf(device, model, options), options.KeepsNvfp4Codes);
        return DeviceSizes.Decide(device, model, options, stored, ShapeOf(model, options)).Limits;
    }

    /// <summary>How a runner would compute, without reading a weight, and whether or not the memory is enough.</summary>
    /// <exception cref="BatchLLMException">The device does not compute such numerics, shapes or KV caches.</exception>
    public static GpuModelPlan PlanOf(IDevice device, IModelWeights model, CudaModelRunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var numerics = NumericsOf(device, model, options);
        var stored = Nvfp4Storage.Of(device, model, numerics, options.KeepsNvfp4Codes);
        return new GpuModelPlan(
            numerics, GpuNumerics.Kv(model.Quantization, options.Kv),
            DeviceSizes.Propose(device, model, options, stored, ShapeOf(model, options)).Memory);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The step exceeds <see cref="Limits"/> or a sequence's block table.</exception>
    public void Begin(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        StepCheck.CheckBegin(_inFlight.Count, Limits);
        StepCheck.Check(step, Limits, awaited: _inFlight.Count);
        _choices.Slots.Turn();
        _rows.Fill(step);
        _arrays.Fill(step, _rows, _choices.Slots);
        _launch = Launch();
        _idle.Peek().Start(step);
        _arrays.Upload();
        _choices.Fill(_arrays.Choices);
        _graphs.Run(_arrays.Shape, _queueStep);
        _idle.Peek().Queue(_rows, _choices.FirstOfStep);
        _inFlight.Enqueue(_idle.Dequeue());
    }

    /// <inheritdoc/>
    /// <returns>Time on the device, from the step's first copy to its last token.</returns>
    /// <exception cref="ArgumentException">There is another number of results than of slices.</exception>
    /// <exception cref="BatchLLMException">Something queued failed on the device.</exception>
    public TimeSpan End(Span<int> nextTokens)
    {
        var first = _inFlight.TryPeek(out var begun) ? begun : throw StepCheck.NothingBegun();
        StepCheck.CheckResults(first.Step!, nextTokens.Length);
        var time = first.Wait(nextTokens);
        LetGoOfFirst();
        return time;
    }

    /// <inheritdoc/>
    public void Abandon()
    {
        while (_inFlight.Count > 0)
        {
            LetGoOfFirst();
        }

        try
        {
            _device.Synchronize();
        }
        catch (BatchLLMException)
        {
            // What is wrong with the device has been said, or will be with the next step.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Abandon();
        foreach (var step in _idle)
        {
            step.Dispose();
        }

        _graphs.Dispose();
        _arrays.Dispose();
        _choices.Dispose();
        _cache.Dispose();
        _angles.Dispose();
        _buffers.Dispose();
        _weights.Dispose();
    }

    /// <summary>Shapes of steps that are recorded.</summary>
    internal int RecordedSteps => _graphs.Count;

    /// <summary>The logits of the last step's last choices, as many as are computed together. // [choices, vocabulary]</summary>
    /// <param name="i">Which of them.</param>
    internal ReadOnlySpan<float> ChoiceLogits(int i) => _choices.Logits(i);

    private static Numerics NumericsOf(IDevice device, IModelWeights model, CudaModelRunnerOptions options)
    {
        var numerics = options.Numerics ?? model.Quantization.Default;
        model.Quantization.Require(numerics);
        return GpuNumerics.Refusal(model.Quantization, numerics, options.Kv, device.Properties) is { } refusal
            ? throw new BatchLLMException(refusal)
            : numerics;
    }

    private static AttentionShape ShapeOf(IModelWeights model, CudaModelRunnerOptions options) => new(
        model.Config.HeadCount, model.Config.KvHeadCount, model.Config.HeadSize, GpuNumerics.Kv(model.Quantization, options.Kv),
        options.KvBlockTokens);

    private void QueueStep()
    {
        _forward.Run(_launch!, _choices.Chosen);
        _choices.Choose(_forward, _launch!);
    }

    private void LetGoOfFirst()
    {
        _inFlight.Peek().Clear();
        _idle.Enqueue(_inFlight.Dequeue());
        if (_inFlight.Count == 0)
        {
            _choices.Slots.Clear();
            _arrays.Choices.Forget();
        }
    }

    // While there is memory for the numbers that algorithms are tried on: the KV cache takes all that is left. The largest
    // number of rows comes first, since it decides the bits for all others, and its time counts most.
    private void Prepare(IDevice device, DeviceSizes sizes)
    {
        var matrices = _weights.Layers.SelectMany(layer => layer.Linears).Where(linear => linear.Packed is null);
        foreach (var linear in matrices.DistinctBy(l => (l.Columns, l.Depth, l.Form.Input)))
        {
            foreach (var rows in RowBuckets.UpTo(sizes.Rows))
            {
                device.Prepare(linear.Product(0, 0, rows));
            }
        }

        foreach (var rows in _weights.Head.Packed is null ? RowBuckets.UpTo(sizes.HeadRows) : [])
        {
            device.Prepare(_weights.Head.Product(0, 0, rows, _weights.Head.LogitType));
        }
    }

    private StepLaunch Launch() => new(
        _arrays.RowCount,
        _arrays.Address(_layout.Tokens),
        new AttentionStep
        {
            RowCount = _arrays.RowCount,
            BlockTables = _arrays.Address(_layout.BlockTables),
            TableStride = _arrays.TableStride,
            Slices = _arrays.Address(_layout.Slices),
            Positions = _arrays.Address(_layout.Positions),
            FirstRows = _arrays.Address(_layout.FirstRows),
            Starts = _arrays.Address(_layout.Starts),
            Counts = _arrays.Address(_layout.Counts),
            FirstPartials = _arrays.Address(_layout.FirstPartials),
            PrefixTokens = _arrays.Address(_layout.PrefixTokens),
            Members = _arrays.Address(_layout.Members),
            Decode = _arrays.Address(_layout.Decode),
            DecodeCount = _arrays.DecodeCount,
            Chunks = _arrays.Address(_layout.Chunks),
            ChunkCount = _arrays.ChunkCount,
            Prefixes = _arrays.Address(_layout.Prefixes),
            PrefixCount = _arrays.PrefixCount,
            PartialOutputs = _buffers.PartialOutputs.Address,
            PartialSums = _buffers.PartialSums.Address,
            Mixed = _buffers.Mixed.Address,
        },
        _arrays.Address(_layout.ChosenRows),
        _arrays.Address(_layout.ChoiceRows),
        _arrays.ChoiceCount);
}
