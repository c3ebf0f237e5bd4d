namespace BatchLLM.Jobs;

/// <summary>Which workers there are. For people, and for workers who look after what a dead one left.</summary>
public interface IWorkerRegistry
{
    /// <summary>Says that a worker lives, and what it does.</summary>
    Task BeatAsync(WorkerBeat beat, CancellationToken cancellationToken);

    /// <summary>Forgets a worker that ended, or is known to be dead, and hands back all that it still holds.</summary>
    Task LeaveAsync(string worker, CancellationToken cancellationToken);

    /// <summary>All that were heard of within the last day, by name.</summary>
    Task<IReadOnlyList<WorkerStatus>> ListAsync(CancellationToken cancellationToken);
}
