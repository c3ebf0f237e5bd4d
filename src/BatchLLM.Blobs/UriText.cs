using System.Buffers;
using System.Text;

namespace BatchLLM.Blobs;

/// <summary>Percent-escapes of the paths of blobs' URIs. The globs <c>*</c> and <c>?</c> stand bare there.</summary>
internal static class UriText
{
    // RFC 3986 pchar without '*' (a glob here) and '%'; '/' separates segments.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,;=:@/");

    /// <summary>Escapes what may not stand in a path.</summary>
    /// <param name="path">Segments and slashes.</param>
    /// <param name="keepGlobs">False for the path of an existing blob, whose characters are all literal.</param>
    /// <param name="keepEscapes">True if the path is escaped already, at least in part.</param>
    public static string Escape(string path, bool keepGlobs, bool keepEscapes)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (var rune in path.EnumerateRunes())
        {
            var keep = rune.Value switch
            {
                '*' or '?' => keepGlobs,
                '%' => keepEscapes,
                _ => rune.IsAscii && Plain.Contains((char)rune.Value),
            };
            escaped.Append(keep ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }

        return escaped.ToString();
    }
}
