using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>A runner that computes nothing: it notes what each step would cost, and ends each row at its natural length.</summary>
internal sealed class SimulatedRunner(Workload workload, Device device) : IModelRunner
{
    /// <summary>Ends a row.</summary>
    public const int StopToken = 0;

    private const int AnyToken = 1;

    private readonly HeldBlocks _held = new(device.Limits.KvBlockCount);
    private readonly Queue<Step> _inFlight = new();
    private readonly HashSet<SharedPrefix> _read = []; // of the step at hand

    /// <summary>The steps so far; nobody is told here how many rows wait.</summary>
    public List<StepRecord> Records { get; } = [];

    /// <inheritdoc/>
    public RunnerLimits Limits => device.Limits;

    /// <inheritdoc/>
    public void Begin(Step step) => _inFlight.Enqueue(step);

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens)
    {
        var step = _inFlight.Dequeue();
        _read.Clear();
        var (work, promptTokens) = (default(StepWork), 0);
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            work.AddSlice(slice.Start, slice.Count, ReadFrom(slice), slice.ChoosesNext);
            promptTokens += Math.Clamp(slice.Sequence.PromptCount - slice.Start, 0, slice.Count);
            nextTokens[index] = slice.ChoosesNext ? NextToken(slice) : IModelRunner.NoToken;
        }

        Records.Add(new StepRecord(work, work.Tokens, promptTokens, Limits.StepTokenBudget, Waiting: 0, _held.Count(step)));
        return TimeSpan.FromSeconds(device.StepSeconds(work));
    }

    /// <inheritdoc/>
    public void Abandon() => _inFlight.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // The first slice of a group reads the shared prefix for all of them.
    private int ReadFrom(StepSlice slice) =>
        slice.Sequence.SharedPrefix is { BlockTable.Count: > 0 } prefix && slice.Start >= prefix.Length && !_read.Add(prefix)
            ? prefix.Length
            : 0;

    private int NextToken(StepSlice slice) =>
        slice.Start + slice.Count - slice.Sequence.PromptCount + 1 < workload.NaturalLengths[slice.Sequence.Request.Index] ? AnyToken : StopToken;
}
