namespace BatchLLM.Dashboard;

/// <summary>What <c>Assets/live.js</c> applies to a page.</summary>
/// <param name="Parts">HTML of the elements that changed, by their id.</param>
/// <param name="Lists">Ids of the elements of the lists that changed, in order.</param>
/// <param name="Over">True if nothing more will come.</param>
public sealed record LiveUpdate(
    IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, IReadOnlyList<string>> Lists, bool Over);
