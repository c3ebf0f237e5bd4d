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

    /// <summary>
    /// What the address of a schedule may yet come to, as far as it could name a given one: patterns, because the hour and the
    /// minute are unknown. The days are those that stand in the given address.
    /// </summary>
    /// <param name="address">The schedule's.</param>
    /// <param name="schedule">The schedule's name.</param>
    /// <param name="earliest">The first day of a firing to come.</param>
    /// <param name="named">The given address.</param>
    public static IEnumerable<string> Foresee(string address, string schedule, DateOnly earliest, string named)
    {
        var open = Firings().Replace(address, match => match.Groups["name"].Value == "schedule" ? schedule : "*");
        var shifts = Days().Matches(open).Select(Shift).Distinct().ToList();
        var days = Dates().Matches(named).SelectMany(match => Parse(match.Groups["day"].Value));
        var fired = days.SelectMany(day => shifts.Select(shift => day.AddDays(-shift))).Distinct().Where(day => day >= earliest);
        return shifts.Count == 0 ? [open] : fired.Select(day => Days().Replace(open, match => Day(match, day)));
    }

    /// <summary>What is wrong with the placeholders of an address; null if nothing is.</summary>
    internal static string? FindProblem(string address) =>
        Firings().Replace(Days().Replace(address, ""), "").Contains("{{", StringComparison.Ordinal)
            ? "has a placeholder other than {{date}}, {{date-1}} and {{yesterday}}, and in a schedule {{hour}}, {{minute}} and " +
                "{{schedule}}; columns have no place in an address"
            : null;

    private static string Day(Match placeholder, DateOnly date) =>
        date.AddDays(Shift(placeholder)).ToString(Format, CultureInfo.InvariantCulture);

    private static int Shift(Match placeholder)
    {
        var shift = placeholder.Groups["name"].Value == "yesterday" ? "-1"
            : placeholder.Groups["days"].Success ? placeholder.Groups["days"].Value.Replace(" ", "", StringComparison.Ordinal)
            : "0";
        return int.Parse(shift, CultureInfo.InvariantCulture);
    }

    // The calendar's first and last years are left out: a day shifted out of it is none.
    private static IEnumerable<DateOnly> Parse(string day) =>
        DateOnly.TryParseExact(day, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 9 and < 9990
            ? [date]
            : [];

    // Looks ahead, so that of digits that run together each ten are seen.
    [GeneratedRegex("(?=(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2}))")]
    private static partial Regex Dates();

    [GeneratedRegex(@"\{\{\s*(?:(?<name>date)(?:\s*(?<days>[+-] *[0-9]{1,3}))?|(?<name>yesterday))\s*\}\}")]
    private static partial Regex Days();

    [GeneratedRegex(@"\{\{\s*(?<name>hour|minute|schedule)\s*\}\}")]
    private static partial Regex Firings();
}
