using System.Globalization;

namespace BatchLLM.Jobs;

/// <summary>How long a job may run before it pauses for a person to look: a whole number and a unit, as <c>90m</c> or <c>8h</c>.</summary>
public static class TimeBudget
{
    private static readonly (char Letter, TimeSpan Length)[] Units =
    [
        ('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads a budget that the schema let pass.</summary>
    public static TimeSpan Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var unit = Units.Single(unit => unit.Letter == text[^1]);
        return unit.Length * int.Parse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Writes a budget in the largest unit that says it in whole numbers.</summary>
    public static string Format(TimeSpan budget)
    {
        var unit = Units.First(unit => budget.Ticks % unit.Length.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{budget.Ticks / unit.Length.Ticks}{unit.Letter}");
    }

    /// <summary>Why a job pauses whose time is over.</summary>
    /// <param name="budget">What it was given.</param>
    public static string ReasonToPause(TimeSpan budget) =>
        $"time budget spent: it ran for {Format(budget)} since it was planned or resumed; a resume gives it as much again";
}
