using System.Globalization;

namespace BatchLLM.Batches;

/// <summary>
/// Reads how long a batch may take: numbers with a unit, such as <c>24h</c>, <c>7d</c> or <c>1d12h</c>. The OpenAI API knows
/// 24h only; its clients send any text.
/// </summary>
public static class CompletionWindow
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expected = "a time from 1s to 3650d, such as 24h, 7d or 1d12h";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>The time that a text says; null if it says none from a second to ten years.</summary>
    public static TimeSpan? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sum = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || UnitOf(rest[digits]) is not { } unit || !TryRead(rest[..digits], out var count)
                || count > Longest / unit)
            {
                return null;
            }

            sum += count * unit;
            rest = rest[(digits + 1)..];
        }

        return sum > TimeSpan.Zero && sum <= Longest ? sum : null;
    }

    private static bool TryRead(ReadOnlySpan<char> digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        'w' => TimeSpan.FromDays(7),
        _ => null,
    };
}
