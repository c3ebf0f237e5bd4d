using BatchLLM.Schedules;
using Quartz;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>When a schedule fires, in its own time zone.</summary>
/// <remarks>
/// A time that the zone's clocks skip is taken for the moment they have jumped to. One that they show twice is taken once, the
/// first time, unless the expression means an interval (a <c>*</c>, range or step in hours, minutes or seconds).
/// </remarks>
internal sealed class CronTimes
{
    private const int UnixFields = 5;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private CronTimes(CronExpression expression) => Expression = expression;

    /// <summary>The expression, for Quartz.</summary>
    public CronExpression Expression { get; }

    /// <summary>The zone that its fields are read in.</summary>
    public TimeZoneInfo Zone => Expression.TimeZone;

    /// <summary>Reads an expression.</summary>
    /// <param name="cron">See <see cref="ScheduleDefinition.Cron"/>.</param>
    /// <param name="timeZone">An IANA time zone.</param>
    /// <exception cref="BatchLLMException">There is no such zone, or the expression is none.</exception>
    public static CronTimes Parse(string cron, string timeZone) => new(ReadExpression(cron).WithTimeZone(FindZone(timeZone)));

    /// <summary>When it fires next; null if never again.</summary>
    public DateTimeOffset? After(DateTimeOffset time) =>
        Expression.GetNextValidTimeAfter(time) is { } next ? TimeZoneInfo.ConvertTime(next, Zone) : null;

    /// <summary>When it fires next and after that, at most so often.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset time, int count)
    {
        for (var next = After(time); next is { } found && count > 0; next = After(found), count--)
        {
            yield return found;
        }
    }

    /// <summary>The last time it was due, that moment included; null if never.</summary>
    public DateTimeOffset? Latest(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        var whole = new DateTimeOffset(utc.Ticks - (utc.Ticks % Second.Ticks), TimeSpan.Zero);
        return Expression.GetPreviousValidTimeBefore(whole + Second);
    }

    // Names of days and months are known in capitals everywhere; how they get there must not depend on the language.
    private static CronExpression ReadExpression(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var text = cron.Trim().StartsWith('@') ? cron.Trim().ToLowerInvariant() : string.Join(' ', fields).ToUpperInvariant();
        try
        {
            return CronExpression.Parse(text, fields.Length == UnixFields ? CronFormat.Unix : CronFormat.Quartz);
        }
        catch (FormatException exception)
        {
            throw new BatchLLMException(
                $"cron is '{cron}'; expected five fields as in crontab, for example 30 2 * * *, or Quartz's six. {exception.Message.TrimEnd('.')}.",
                isTransient: false,
                exception);
        }
    }

    // Files beside the zones, for whatever the machine is set to: another server's may be set to something else.
    private static TimeZoneInfo FindZone(string name) => name is "localtime" or "posixrules"
        ? throw new BatchLLMException($"time_zone is '{name}', which each machine has its own of; expected an IANA zone, for example Europe/Berlin.")
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId
            ? zone
            : throw new BatchLLMException($"time_zone is '{name}', which this machine does not know; expected an IANA zone, for example Europe/Berlin.");
}
