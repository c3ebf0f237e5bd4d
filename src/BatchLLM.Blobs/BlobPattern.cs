using BatchLLM.Blobs.Files;

namespace BatchLLM.Blobs;

/// <summary>
/// Whether an address or pattern names a blob, decided by their texts alone, as a store's listing would. Where in doubt it says
/// yes: who asks does so to leave alone what another may be about to read.
/// </summary>
public sealed class BlobPattern
{
    private readonly string? _scheme; // null for a path that may be relative to any directory
    private readonly string[] _folder;
    private readonly GlobPattern? _glob;
    private readonly bool _isTooLong;

    private BlobPattern(string? scheme, string[] segments)
    {
        var firstGlob = Array.FindIndex(segments, segment => GlobPattern.HasGlob(segment));
        var globs = firstGlob < 0 ? [] : segments[firstGlob..];
        _scheme = scheme;
        _folder = [.. segments[..^globs.Length].Select(Uri.UnescapeDataString)];
        _isTooLong = globs.Length > GlobPattern.MaxSegments;
        _glob = globs.Length == 0 || _isTooLong ? null : GlobPattern.Parse(globs);
    }

    /// <summary>An absolute address, which may hold globs.</summary>
    public static BlobPattern Parse(string uri)
    {
        var (scheme, segments) = BlobPath.Split(uri);
        return new BlobPattern(scheme, segments);
    }

    /// <summary>What a user wrote, absolute or not. A relative path names what it would from any directory.</summary>
    /// <exception cref="BatchLLMException">No store has such addresses.</exception>
    public static BlobPattern ParseText(string text) => BlobUri.IsRelative(text)
        ? new BlobPattern(scheme: null, BlobPath.Split(FileUri.FromPath(text, "/")).Segments)
        : Parse(BlobUri.FromText(text, "/"));

    /// <summary>True if the pattern names the blob.</summary>
    public bool Matches(BlobPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _scheme is null
            ? Enumerable.Range(0, path.Segments.Length).Any(start => Matches(path.Segments.AsSpan(start)))
            : path.Scheme == _scheme && Matches(path.Segments);
    }

    private bool Matches(ReadOnlySpan<string> names)
    {
        if (!names.StartsWith(_folder))
        {
            return false;
        }

        if (_glob is null)
        {
            return _isTooLong || names.Length == _folder.Length;
        }

        var positions = _glob.Start;
        foreach (var name in names[_folder.Length..])
        {
            positions = _glob.Advance(positions, name);
        }

        return _glob.IsMatch(positions);
    }
}
