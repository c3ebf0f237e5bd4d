namespace BatchLLM.Host.Service.OpenAi;

/// <summary>Some of a list.</summary>
/// <param name="Object">list.</param>
/// <param name="Data">What is on the page.</param>
/// <param name="FirstId">The first of it; null if the page is empty.</param>
/// <param name="LastId">The last of it, which <c>after</c> takes for the next page; null if the page is empty.</param>
/// <param name="HasMore">True if another page follows.</param>
internal sealed record Page<T>(string Object, IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    /// <summary>A page of at most <paramref name="limit"/>; one more than that says that another follows.</summary>
    public static Page<T> Of(IReadOnlyList<T> found, int limit, Func<T, string> idOf)
    {
        List<T> data = [.. found.Take(limit)];
        return new Page<T>(
            "list", data, data.Count == 0 ? null : idOf(data[0]), data.Count == 0 ? null : idOf(data[^1]), found.Count > limit);
    }
}
