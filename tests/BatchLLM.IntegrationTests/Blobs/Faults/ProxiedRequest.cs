using System.Globalization;

namespace BatchLLM.IntegrationTests.Blobs.Faults;

/// <summary>A request that passed the proxy.</summary>
/// <param name="Method">GET, PUT, HEAD ...</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">By lower-case name.</param>
/// <param name="Body">What it carries.</param>
/// <param name="Arrived">When its head was read.</param>
internal sealed record ProxiedRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, long Arrived)
{
    /// <summary>The first byte that it asks for; null if it names no range.</summary>
    public long? RangeStart => Headers.TryGetValue("x-ms-range", out var range) || Headers.TryGetValue("range", out range)
        ? long.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture)
        : null;

    /// <summary>True for a request for a blob's bytes.</summary>
    public bool IsDownload => Method == "GET" && RangeStart is not null;
}
