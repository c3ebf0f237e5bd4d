using System.Globalization;
using System.Text.RegularExpressions;

namespace BatchLLM.Jobs;

/// <summary>
/// The day of a run in a job's addresses: <c>{{date}}</c> stands for it as <c>2026-11-20</c>. It is filled in before the job
/// is created, so that a job resumed after midnight stays what it was.
/// </summary>
public static partial class DatePlaceholder
{
    /// <summary>How a day is written.</summary>
    public const string Format = "yyyy-MM-dd";

    /// <summary>The address with the day in it.</summary>
    public static string Fill(string address, DateOnly date) =>
        Pattern().Replace(address, date.ToString(Format, CultureInfo.InvariantCulture));

    /// <summary>What is wrong with the placeholders of an address; null if nothing is.</summary>
    internal static string? FindProblem(string address) => Pattern().Replace(address, "").Contains("{{", StringComparison.Ordinal)
        ? "has a placeholder other than {{date}}; columns have no place in an address"
        : null;

    [GeneratedRegex(@"\{\{\s*date\s*\}\}")]
    private static partial Regex Pattern();
}
