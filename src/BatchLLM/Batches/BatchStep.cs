namespace BatchLLM.Batches;

/// <summary>What is to be done for a batch next.</summary>
public enum BatchStep
{
    /// <summary>Nothing: it is over, or its job runs.</summary>
    Wait,

    /// <summary>Look at its input, and hand its job in or let it fail.</summary>
    Validate,

    /// <summary>Stop its job: somebody asked for it, or its window has ended.</summary>
    StopJob,

    /// <summary>Let it fail, because its job did.</summary>
    Fail,

    /// <summary>Write its files, if it has a job, and end it.</summary>
    Finish,
}
