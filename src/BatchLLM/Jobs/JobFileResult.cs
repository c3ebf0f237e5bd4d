namespace BatchLLM.Jobs;

/// <summary>What came of a job file: a spec, or everything that is wrong with it.</summary>
/// <param name="Spec">The job; null if there are problems.</param>
/// <param name="Problems">In file order, the options' last; empty if there is a spec.</param>
public sealed record JobFileResult(JobSpec? Spec, IReadOnlyList<JobFileProblem> Problems)
{
    /// <summary>The spec.</summary>
    /// <exception cref="BatchLLMException">There are problems; the message holds one a line.</exception>
    public JobSpec Require() => Spec ?? throw new BatchLLMException(string.Join('\n', Problems));
}
