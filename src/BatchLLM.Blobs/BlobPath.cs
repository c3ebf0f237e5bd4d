namespace BatchLLM.Blobs;

/// <summary>An address taken apart, once for many patterns.</summary>
public sealed class BlobPath
{
    private BlobPath(string scheme, string[] segments) => (Scheme, Segments) = (scheme, segments);

    /// <summary>Which store's it is, and how a pattern begins that names it.</summary>
    internal string Scheme { get; }

    /// <summary>Its names from the root on, unescaped.</summary>
    internal string[] Segments { get; }

    /// <summary>Takes the address of a blob apart.</summary>
    /// <param name="uri">Absolute, without globs.</param>
    public static BlobPath Of(string uri)
    {
        var (scheme, segments) = Split(uri);
        return new BlobPath(scheme, [.. segments.Select(Uri.UnescapeDataString)]);
    }

    /// <summary>Scheme and segments of an address or pattern, still escaped; empty ones left out.</summary>
    internal static (string Scheme, string[] Segments) Split(string uri)
    {
        const string Separator = "://";
        var end = uri.IndexOf(Separator, StringComparison.Ordinal);
        return end < 0
            ? throw new ArgumentException($"'{uri}' has no scheme; expected an absolute address.", nameof(uri))
            : (uri[..end], uri[(end + Separator.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries));
    }
}
