using BatchLLM.Host.Commands;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>What came of looking at a queued job.</summary>
internal abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    /// <summary>It can run.</summary>
    /// <param name="Job">What it is.</param>
    /// <param name="Shards">Its rows.</param>
    internal sealed record Ready(NewJob Job, IReadOnlyList<NewShard> Shards) : PlanOutcome;

    /// <summary>It is to be looked at again.</summary>
    /// <param name="Trouble">What was in the way; null if the worker was to stop, or lost the job.</param>
    internal sealed record PutOff(string? Trouble) : PlanOutcome;

    /// <summary>It can never run as it is.</summary>
    /// <param name="Reason">Why, for people.</param>
    internal sealed record Refused(string Reason) : PlanOutcome;

    /// <summary>What a fault while looking at a job means for it.</summary>
    /// <param name="fault">What was thrown.</param>
    /// <param name="isLost">True if the worker was to stop, or lost the job.</param>
    internal static PlanOutcome Of(Exception fault, bool isLost) => fault switch
    {
        OperationCanceledException when isLost => new PutOff(Trouble: null),
        BatchLLMException { IsTransient: true } => new PutOff(fault.Message),
        BatchLLMException or UsageException => new Refused(fault.Message),
        _ => new Refused(Unexpected(fault)),
    };

    /// <summary>A defect, in words. Its message may hold anything, a row's text included, so it is not repeated.</summary>
    internal static string Unexpected(Exception fault) =>
        $"Unexpected {fault.GetType().Name}. That is a defect of this program; the worker's log has the details.";
}
