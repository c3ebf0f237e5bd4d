using System.Globalization;

namespace BatchLLM.Host.Service.Pages;

/// <summary>What a job's page is asked for.</summary>
/// <param name="Id">The job.</param>
/// <param name="After">Shards behind this one; null for the first page.</param>
/// <param name="OnlyFailed">True for shards with failed rows only.</param>
internal sealed record JobDetailQuery(long Id, int? After, bool OnlyFailed)
{
    /// <summary>As an address: <c>/jobs/5?after=49</c>.</summary>
    public override string ToString()
    {
        var after = After is { } shard ? string.Create(CultureInfo.InvariantCulture, $"after={shard}") : null;
        var query = string.Join('&', new[] { after, OnlyFailed ? "failed=true" : null }.OfType<string>());
        return string.Create(CultureInfo.InvariantCulture, $"/jobs/{Id}{(query.Length > 0 ? "?" : "")}{query}");
    }
}
