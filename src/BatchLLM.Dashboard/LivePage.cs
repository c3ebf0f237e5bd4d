namespace BatchLLM.Dashboard;

/// <summary>What of a page changes while it is looked at, as it is now.</summary>
/// <param name="Parts">HTML by the id of its element.</param>
/// <param name="Lists">Ids of the elements of lists that grow and shrink, by the list's id, in order.</param>
/// <param name="IsOver">True if nothing of it changes any more.</param>
public sealed record LivePage(
    IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, IReadOnlyList<string>> Lists, bool IsOver)
{
    /// <summary>What someone lacks who has an earlier look; null if nothing.</summary>
    /// <param name="seen">What they have; null for nothing.</param>
    public LiveUpdate? Since(LivePage? seen)
    {
        var parts = Parts.Where(part => seen is null || seen.Parts.GetValueOrDefault(part.Key) != part.Value).ToDictionary();
        var lists = Lists
            .Where(list => seen is null || !(seen.Lists.GetValueOrDefault(list.Key) ?? []).SequenceEqual(list.Value)).ToDictionary();
        return parts.Count + lists.Count == 0 && (IsOver == (seen?.IsOver ?? false))
            ? null
            : new LiveUpdate(parts, lists, IsOver);
    }
}
