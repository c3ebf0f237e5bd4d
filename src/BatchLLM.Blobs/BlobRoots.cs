namespace BatchLLM.Blobs;

/// <summary>
/// The places that addresses may lie in, for a service whose users must not reach the server's other files. Decided by the
/// text of an address alone; where a link on the disk leads is <see cref="Files.FileLinks"/>'s question.
/// </summary>
/// <remarks>
/// An address is taken apart as the stores do it: into segments first, which are unescaped afterwards. Two forms of a name
/// are never compared, and a segment that would be more than one name once unescaped (<c>..%2F..</c>) is in no place at all.
/// </remarks>
public sealed class BlobRoots
{
    private readonly List<(string Scheme, string[] Names)> _roots;

    /// <summary>Takes the places.</summary>
    /// <param name="uris">Absolute, as <see cref="BlobUri"/> gives them.</param>
    /// <exception cref="BatchLLMException">One of them is a pattern, or leads upwards.</exception>
    public BlobRoots(IReadOnlyList<string> uris)
    {
        Uris = uris;
        _roots = [.. uris.Select(Parse)];
    }

    /// <summary>The places.</summary>
    public IReadOnlyList<string> Uris { get; }

    /// <summary>True if all that an absolute address or pattern can name lies in one of the places.</summary>
    public bool Hold(string uri)
    {
        var (scheme, segments) = Split(uri);
        return Array.TrueForAll(segments, IsOneName)
            && _roots.Exists(root => root.Scheme == scheme && BeginWith(segments, root.Names));
    }

    private static (string Scheme, string[] Names) Parse(string uri)
    {
        var (scheme, segments) = Split(uri);
        return Array.TrueForAll(segments, segment => IsOneName(segment) && !GlobPattern.HasGlob(segment))
            ? (scheme, [.. segments.Select(Uri.UnescapeDataString)])
            : throw new BatchLLMException($"The root {uri} is a pattern, or leads upwards; expected a folder's plain address.");
    }

    private static (string Scheme, string[] Segments) Split(string uri)
    {
        const string Separator = "://";
        var end = uri.IndexOf(Separator, StringComparison.Ordinal);
        return end < 0
            ? throw new BatchLLMException("An address without a scheme is not absolute; expected file:///path, az:// or s3://.")
            : (uri[..end], uri[(end + Separator.Length)..].TrimEnd('/').Split('/'));
    }

    private static bool IsOneName(string segment) =>
        Uri.UnescapeDataString(segment) is not ("." or "..") and var name && !name.AsSpan().ContainsAny('/', '\0');

    // A glob may match what is in a place, but not the place itself: beside it there are others.
    private static bool BeginWith(string[] segments, string[] names) => segments.Length >= names.Length
        && names.Index().All(name =>
            !GlobPattern.HasGlob(segments[name.Index]) && Uri.UnescapeDataString(segments[name.Index]) == name.Item);
}
