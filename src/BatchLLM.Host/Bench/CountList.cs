using System.Globalization;
using BatchLLM.Host.Commands;

namespace BatchLLM.Host.Bench;

/// <summary>Reads numbers of a command line: <c>128,512</c>.</summary>
internal static class CountList
{
    /// <summary>Reads.</summary>
    /// <param name="option">The option's name, for messages.</param>
    /// <param name="text">What stands behind it.</param>
    /// <exception cref="UsageException">It is not a list of integers of 1 or more.</exception>
    public static IReadOnlyList<int> Read(string option, string text) =>
        [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new UsageException($"{option} {text}: '{part}' is no count; expected integers of 1 or more, such as 128,512."))];
}
