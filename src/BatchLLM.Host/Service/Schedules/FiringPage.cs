namespace BatchLLM.Host.Service.Schedules;

/// <summary>Some past firings, the latest first.</summary>
/// <param name="Firings">The firings.</param>
/// <param name="Next">What <c>before</c> takes for the page that follows; left out on the last page.</param>
internal sealed record FiringPage(IReadOnlyList<FiringView> Firings, DateTimeOffset? Next);
