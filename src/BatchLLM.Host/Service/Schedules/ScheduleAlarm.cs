using System.Globalization;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>A schedule at a revision: what the name of a trigger of Quartz says.</summary>
/// <param name="Schedule">The schedule's number.</param>
/// <param name="Revision">Its revision.</param>
internal sealed record ScheduleAlarm(long Schedule, long Revision)
{
    /// <summary>The group of all such triggers, and of their jobs.</summary>
    public const string Group = "schedules";

    /// <summary>Reads a trigger's name.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ScheduleAlarm Parse(string name)
    {
        var parts = name.Split('@');
        return parts.Length == 2
            ? new(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture))
            : throw new FormatException($"'{name}' is no schedule at a revision.");
    }

    /// <summary>The trigger's name.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Schedule}@{Revision}");
}
