using System.Threading.Channels;
using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>
/// One window under way: its plan, and its results on their way to who asked for it. The results can be read on any thread;
/// all else belongs to the computing one.
/// </summary>
/// <param name="window">The rows.</param>
/// <param name="limits">The runner's sizes.</param>
/// <param name="cancelled">Ends the run with an exception, between two steps.</param>
/// <param name="left">Ends the run quietly, between two steps: nobody waits for the rest.</param>
internal sealed class WindowRun(
    IReadOnlyList<InferenceRequest> window, RunnerLimits limits, CancellationToken cancelled, CancellationToken left)
{
    private readonly Channel<Generation> _results = Channel.CreateUnbounded<Generation>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WindowPlan? _plan;

    /// <summary>Each row's result, once; ends in every case, so that a reader cannot hang.</summary>
    public ChannelReader<Generation> Results => _results.Reader;

    /// <summary>Completes when the computing thread has let go of the window.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Rows without a result.</summary>
    public int Unfinished { get; private set; } = window.Count;

    /// <summary>Learns how long the rows get; null before the plan, and if nobody wants to know.</summary>
    public LengthLearner? Learner { get; private set; }

    /// <summary>True if the rest shall not be computed.</summary>
    public bool IsGivenUp => left.IsCancellationRequested || cancelled.IsCancellationRequested;

    /// <summary>Plans the window when its turn comes; rows that cannot be served are finished at once.</summary>
    /// <param name="lengths">What is known of lengths; null to start rows in their order.</param>
    /// <param name="before">The window that still runs; teaches this one if nothing else is known.</param>
    public void PlanOnce(OutputLengths? lengths, WindowRun? before)
    {
        if (_plan is null)
        {
            var known = lengths is { IsEmpty: true } ? before?.Learner?.Learn() ?? lengths : lengths;
            _plan = WindowPlan.Of(Servable(), limits, known);
            Learner = lengths is null ? null : new LengthLearner(lengths, known!, _plan);
        }
    }

    /// <summary>The sequence that starts next; null when all rows have started.</summary>
    public Sequence? Next()
    {
        var sequence = _plan!.Next();
        if (sequence is not null)
        {
            Learner?.Start(sequence);
        }

        return sequence;
    }

    /// <summary>Finishes a sequence's row, and those that take its answer.</summary>
    public void Finish(Sequence sequence, Generation result)
    {
        Learner?.End(sequence, result);
        Finish(result with { SharedPromptTokens = sequence.SharedPromptTokens });
        foreach (var copy in _plan!.CopiesOf(result.Index))
        {
            Finish(result with { Index = copy.Index, SharedPromptTokens = copy.PromptTokens.Length, IsCopy = true });
        }
    }

    /// <summary>Ends the results; with the cancellation if that is why some are missing.</summary>
    public void Complete()
    {
        var isCut = Unfinished > 0 && cancelled.IsCancellationRequested;
        _results.Writer.Complete(isCut ? new OperationCanceledException(cancelled) : null);
        _ended.SetResult();
    }

    /// <summary>Ends the results with what went wrong.</summary>
    public void Fail(Exception exception)
    {
        _results.Writer.Complete(exception);
        _ended.SetResult();
    }

    private List<InferenceRequest> Servable()
    {
        var servable = new List<InferenceRequest>(window.Count);
        foreach (var request in window)
        {
            if (RequestCheck.Check(request, limits) is { } error)
            {
                Finish(Generation.Failed(request.Index, error));
            }
            else
            {
                servable.Add(request);
            }
        }

        return servable;
    }

    private void Finish(Generation result)
    {
        Unfinished--;
        _results.Writer.TryWrite(result);
    }
}
