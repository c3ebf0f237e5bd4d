namespace BatchLLM.Blobs.Files;

/// <summary>
/// Turns paths into <c>file:</c> URIs and back. In a URI the globs <c>*</c> and <c>?</c> stand bare; a file whose very
/// name holds one has it as <c>%2A</c> or <c>%3F</c>, so a listed URI never reads as a pattern.
/// </summary>
public static class FileUri
{
    private const string Scheme = "file:";
    private const string Prefix = "file://";
    private const string LocalHost = "//localhost/";

    /// <summary>True if the text is a <c>file:</c> URI.</summary>
    public static bool IsFileUri(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The absolute file URI of what a user wrote: a path, relative to <paramref name="baseDirectory"/> or absolute, or
    /// already a <c>file:</c> URI. Globs stay globs; <c>.</c>, <c>..</c> and a closing slash are resolved away.
    /// </summary>
    /// <exception cref="BatchLLMException">Nothing local can be meant: empty, another scheme, another host.</exception>
    public static string FromPath(string path, string baseDirectory)
    {
        if (IsFileUri(path))
        {
            return Prefix + UriText.Escape(Normalise(RawPath(path), "/"), keepGlobs: true, keepEscapes: true);
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0') || path.Contains("://", StringComparison.Ordinal))
        {
            throw new BatchLLMException(
                $"'{path}' is not a local path; expected a path, a file: URI, az://account/container/name or s3://bucket/key.");
        }

        return Prefix + UriText.Escape(Normalise(path, baseDirectory), keepGlobs: true, keepEscapes: false);
    }

    /// <summary>The local path of a file URI; a bare glob stands for itself.</summary>
    /// <exception cref="BatchLLMException">The text is not an absolute file URI of this machine.</exception>
    public static string ToPath(string uri) => Uri.UnescapeDataString(RawPath(uri));

    /// <summary>The file URI of an existing file: characters that would read as globs are escaped.</summary>
    internal static string FromExactPath(string absolutePath) =>
        Prefix + UriText.Escape(absolutePath, keepGlobs: false, keepEscapes: false);

    /// <summary>The still escaped, absolute path part of a file URI.</summary>
    internal static string RawPath(string uri)
    {
        var rest = IsFileUri(uri) ? uri[Scheme.Length..] : "";
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var isLocal = rest.StartsWith(LocalHost, StringComparison.OrdinalIgnoreCase);
            rest = isLocal ? rest[(LocalHost.Length - 1)..] : rest["//".Length..];
        }

        return rest.StartsWith('/') ? rest : throw new BatchLLMException(
            $"'{uri}' is not an absolute file URI of this machine; expected file:///path/to/file.");
    }

    private static string Normalise(string path, string baseDirectory)
    {
        var full = Path.GetFullPath(path, baseDirectory);
        return full.Length > 1 ? Path.TrimEndingDirectorySeparator(full) : full;
    }
}
