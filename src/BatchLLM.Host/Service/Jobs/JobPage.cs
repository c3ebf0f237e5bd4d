namespace BatchLLM.Host.Service.Jobs;

/// <summary>Some jobs, the newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">What <c>before</c> takes for the page that follows; left out on the last page.</param>
internal sealed record JobPage(IReadOnlyList<JobView> Jobs, long? Next);
