using System.Globalization;
using System.Text.RegularExpressions;
using BatchLLM.Schedules;

namespace BatchLLM.Jobs;

/// <summary>
/// The day of a run in a job's addresses: <c>{{date}}</c> stands for it as <c>2026-11-20</c>, <c>{{date-1}}</c> or
/// <c>{{yesterday}}</c> for the day before. It is filled in before the job is created, so that a job resumed after midnight stays
/// what it was. In a schedule <c>{{hour}}</c>, <c>{{minute}}</c> and <c>{{schedule}}</c> stand for the firing and its schedule's name.
/// </summary>
public static partial class DatePlaceholder
{
    /// <summary>How a day is written.</summary>
    public const string Format = "yyyy-MM-dd";

    /// <summary>The address with the day in it.</summary>
    /// <exception cref="BatchLLMException">It has a placeholder that only a schedule's firing can fill in.</exception>
    public static string Fill(string address, DateOnly date)
    {
        var filled = Days().Replace(address, match => Day(match, date));
        return Firings().Match(filled) is { Success: true } match
            ? throw new BatchLLMException(
                $"'{address}' has {match.Value}, which stands for a schedule's firing, and this job is no schedule's; use {{{{date}}}} or write it out.")
            : filled;
    }

    /// <summary>The address of a schedule's firing.</summary>
    public static string Fill(string address, FireMoment moment)
    {
        ArgumentNullException.ThrowIfNull(moment);
        var filled = Days().Replace(address, match => Day(match, DateOnly.FromDateTime(moment.Local)));
        return Firings().Replace(filled, match => match.Groups["name"].Value switch
        {
            "hour" => moment.Local.ToString("HH", CultureInfo.InvariantCulture),
            "minute" => moment.Local.ToString("mm", CultureInfo.InvariantCulture),
            _ => moment.Schedule,
        });
    }

    /// <summary>What is wrong with the placeholders of an address; null if nothing is.</summary>
    internal static string? FindProblem(string address) =>
        Firings().Replace(Days().Replace(address, ""), "").Contains("{{", StringComparison.Ordinal)
            ? "has a placeholder other than {{date}}, {{date-1}} and {{yesterday}}, and in a schedule {{hour}}, {{minute}} and " +
                "{{schedule}}; columns have no place in an address"
            : null;

    private static string Day(Match placeholder, DateOnly date)
    {
        var shift = placeholder.Groups["name"].Value == "yesterday" ? "-1"
            : placeholder.Groups["days"].Success ? placeholder.Groups["days"].Value.Replace(" ", "", StringComparison.Ordinal)
            : "0";
        return date.AddDays(int.Parse(shift, CultureInfo.InvariantCulture)).ToString(Format, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\{\{\s*(?:(?<name>date)(?:\s*(?<days>[+-] *[0-9]{1,3}))?|(?<name>yesterday))\s*\}\}")]
    private static partial Regex Days();

    [GeneratedRegex(@"\{\{\s*(?<name>hour|minute|schedule)\s*\}\}")]
    private static partial Regex Firings();
}
