namespace BatchLLM.Blobs.Remote;

/// <summary>
/// A pattern for the names of blobs on a server: the service lists what begins like it, and the pattern chooses. One list
/// of all depths rather than one for each folder, as a folder of a service is only a part of names.
/// </summary>
internal sealed class NamePattern
{
    private readonly GlobPattern _glob;
    private readonly int _folderLength;

    private NamePattern(GlobPattern glob, int folderLength, string prefix) =>
        (_glob, _folderLength, Prefix) = (glob, folderLength, prefix);

    /// <summary>What every name that matches begins with.</summary>
    public string Prefix { get; }

    /// <summary>Parses a percent-escaped name with at least one bare glob.</summary>
    /// <param name="escapedName">The name in its container or bucket.</param>
    /// <param name="uri">The whole pattern, to name in an error.</param>
    /// <exception cref="BatchLLMException">The name has too many parts.</exception>
    public static NamePattern Parse(string escapedName, string uri)
    {
        var segments = escapedName.Split('/');
        var firstGlob = Array.FindIndex(segments, segment => GlobPattern.HasGlob(segment));
        if (segments.Length - firstGlob > GlobPattern.MaxSegments)
        {
            throw new BatchLLMException(
                $"'{uri}' has too many parts behind its first glob; expected at most {GlobPattern.MaxSegments}.");
        }

        var folder = Uri.UnescapeDataString(string.Concat(segments[..firstGlob].Select(segment => segment + "/")));
        return new NamePattern(
            GlobPattern.Parse(segments[firstGlob..]),
            folder.Length,
            folder + Uri.UnescapeDataString(segments[firstGlob].Split('*', '?')[0]));
    }

    /// <summary>True for a name that matches.</summary>
    /// <param name="name">Not escaped; begins with <see cref="Prefix"/>.</param>
    public bool IsMatch(string name) => _glob.IsMatch(
        name[_folderLength..].Split('/').Aggregate(_glob.Start, (positions, part) => _glob.Advance(positions, part)));
}
