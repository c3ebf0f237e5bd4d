namespace BatchLLM.Jobs;

/// <summary>What a worker does.</summary>
public enum WorkerState
{
    /// <summary>Waits for work.</summary>
    Idle,

    /// <summary>Plans, runs or publishes a job.</summary>
    Running,

    /// <summary>Takes nothing more; ends what it has, then itself.</summary>
    Draining,
}
