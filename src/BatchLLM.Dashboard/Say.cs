using System.Globalization;
using BatchLLM.Jobs;
using BatchLLM.Overview;

namespace BatchLLM.Dashboard;

/// <summary>Numbers and times as pages say them, the same in every culture.</summary>
public static class Say
{
    /// <summary><c>12,345</c></summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in whole per cent, never rounded up: <c>100 %</c> is all of it.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100):0} %");

    /// <summary>So many a second: <c>24,305</c>, or <c>3.2</c> below ten; a dash for what is not known.</summary>
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => "–",
        > 0 and < 10 => perSecond.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => perSecond.Value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>The two greatest units: <c>45 s</c>, <c>12 min</c>, <c>3 h 5 min</c>, <c>2 d 4 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "under 1 s",
        { TotalSeconds: < 90 } => Whole(time.TotalSeconds, "s"),
        { TotalMinutes: < 90 } => Whole(time.TotalMinutes, "min"),
        { TotalHours: < 36 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h"),
    };

    /// <summary>A range in the unit of its longer end: <c>5–9 min</c>.</summary>
    public static string Range(TimeLeft left)
    {
        var (unit, name) = left.Longest switch
        {
            { TotalSeconds: < 90 } => (TimeSpan.FromSeconds(1), "s"),
            { TotalMinutes: < 90 } => (TimeSpan.FromMinutes(1), "min"),
            { TotalHours: < 36 } => (TimeSpan.FromHours(1), "h"),
            _ => (TimeSpan.FromDays(1), "d"),
        };
        var (from, to) = (Math.Floor(left.Shortest / unit), Math.Max(1, Math.Ceiling(left.Longest / unit)));
        return from >= to
            ? string.Create(CultureInfo.InvariantCulture, $"{to:0} {name}")
            : string.Create(CultureInfo.InvariantCulture, $"{from:0}–{to:0} {name}");
    }

    /// <summary><c>3 min ago</c></summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) =>
        now - at < TimeSpan.FromSeconds(10) ? "just now" : $"{Duration(now - at)} ago";

    /// <summary><c>2026-11-22 03:10 UTC</c></summary>
    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>On the clocks of its zone: <c>2026-11-22 02:30 +01:00</c>.</summary>
    public static string InZone(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    /// <summary>For machines: RFC 3339.</summary>
    public static string Stamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2.13 GiB</c></summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
    };

    /// <summary>A number of things: <c>1 shard</c>, <c>3 shards</c>.</summary>
    public static string Count(long count, string thing) => count == 1 ? $"1 {thing}" : $"{Number(count)} {thing}s";

    /// <summary>A state in lower case, as the service names it.</summary>
    public static string State(JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>The last part of a directory's path.</summary>
    public static string Folder(string path) => path.TrimEnd('/').Split('/')[^1];

    private static string Whole(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}
