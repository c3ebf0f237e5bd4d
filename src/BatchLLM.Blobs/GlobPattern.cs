using System.Numerics;

namespace BatchLLM.Blobs;

/// <summary>
/// A pattern of path segments, matched one name at a time so that a directory walk enters only what can still match.
/// <c>*</c> is any run of characters within a name, <c>?</c> one character, <c>**</c> as a whole segment any number of
/// names; brackets are literal. As in a shell, a glob never matches a leading dot, and as in Hadoop and Spark no leading
/// underscore: names like <c>_SUCCESS</c> and <c>_delta_log</c> hold what is told of data, and no data.
/// </summary>
/// <remarks>
/// The walk carries the set of pattern positions that its path so far can stand at, as bits. With one position per
/// branch instead, <c>**/a/**/b</c> would find <c>a/a/b</c> twice.
/// </remarks>
internal sealed class GlobPattern
{
    /// <summary>Positions are bits of a 64-bit set, and one is the end.</summary>
    public const int MaxSegments = 63;

    // Neither can stand between two slashes of a name, so a literal, once-escaped glob character is never taken for a glob.
    private const char AnyRun = '/';
    private const char AnyOne = '\0';
    private const string AnyDepth = "//";

    private readonly string[] _segments;

    private GlobPattern(string[] segments) => _segments = segments;

    /// <summary>The positions before any name.</summary>
    public ulong Start => Close(1);

    /// <summary>True if the segment, still escaped, holds a glob.</summary>
    public static bool HasGlob(ReadOnlySpan<char> segment) => segment.ContainsAny('*', '?');

    /// <summary>Parses segments in their URI form: bare globs are globs, escaped ones literal.</summary>
    public static GlobPattern Parse(IEnumerable<string> escapedSegments) =>
        new([.. escapedSegments.Select(ParseSegment)]);

    /// <summary>The positions after one more name; 0 if nothing below it can match.</summary>
    /// <param name="positions">Positions before the name.</param>
    /// <param name="name">A file's or a directory's name.</param>
    /// <param name="throughAnyDepth">False to let <c>**</c> match nothing here: it does not follow links.</param>
    public ulong Advance(ulong positions, string name, bool throughAnyDepth = true)
    {
        var next = 0UL;
        for (var rest = positions; rest != 0; rest &= rest - 1)
        {
            var position = BitOperations.TrailingZeroCount(rest);
            next |= position < _segments.Length ? Advance(position, name, throughAnyDepth) : 0;
        }

        return Close(next);
    }

    /// <summary>True if a path that stands at these positions matches the whole pattern.</summary>
    public bool IsMatch(ulong positions) => (positions & (1UL << _segments.Length)) != 0;

    private ulong Advance(int position, string name, bool throughAnyDepth)
    {
        var segment = _segments[position];
        if (segment == AnyDepth)
        {
            return throughAnyDepth && !IsHidden(name) ? 1UL << position : 0;
        }

        return MatchesName(segment, name) ? 1UL << (position + 1) : 0;
    }

    // "**" also matches no name at all: standing before it is standing behind it.
    private ulong Close(ulong positions)
    {
        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] == AnyDepth && (positions & (1UL << i)) != 0)
            {
                positions |= 1UL << (i + 1);
            }
        }

        return positions;
    }

    private static string ParseSegment(string escaped) =>
        Uri.UnescapeDataString(escaped.Replace('*', AnyRun).Replace('?', AnyOne));

    private static bool MatchesName(string segment, string name) =>
        (segment is not [AnyRun or AnyOne, ..] || !IsHidden(name)) && MatchesText(segment, name);

    private static bool IsHidden(string name) => name is ['.' or '_', ..];

    // Greedy, returning only to the latest run: an earlier one never needs to grow again. O(segment * name).
    private static bool MatchesText(ReadOnlySpan<char> segment, ReadOnlySpan<char> name)
    {
        var (s, n, run, resume) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (s < segment.Length && segment[s] == AnyRun)
            {
                (run, resume) = (s++, n);
            }
            else if (s < segment.Length && (segment[s] == AnyOne || segment[s] == name[n]))
            {
                n += segment[s++] == AnyOne ? CharactersOfRune(name[n..]) : 1;
            }
            else if (run >= 0)
            {
                (s, n) = (run + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return segment[s..].TrimStart(AnyRun).IsEmpty;
    }

    private static int CharactersOfRune(ReadOnlySpan<char> text) =>
        text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;
}
