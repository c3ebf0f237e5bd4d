using System.CommandLine;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>An option that says how long something is kept.</summary>
internal static class KeepOption
{
    private const int MostDigits = 5; // 99,999 days are the longest

    /// <summary>One without a default: for ever.</summary>
    public static Option<string?> Create(string name, string what) => new(name)
    {
        Description = $"How long {what} are kept: a whole number and d, h, m or s, as 30d. For ever without.",
        HelpName = "age",
    };

    /// <summary>Its value; null if it is not given.</summary>
    /// <exception cref="UsageException">It is no length of time.</exception>
    public static TimeSpan? Read(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        [.. { Length: > 0 and <= MostDigits } number, 'd' or 'h' or 'm' or 's'] age when number.All(char.IsAsciiDigit) && number.Any(digit => digit != '0') =>
            TimeBudget.Parse(age),
        _ => throw new UsageException($"{option.Name}: expected a whole number from 1 on and d, h, m or s, for example 30d."),
    };
}
