using System.Globalization;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>How long a file stays (OpenAI API reference, <c>expires_after</c>).</summary>
internal static class FileLifetime
{
    private const int Least = 3_600;
    private const int Most = 2_592_000;

    /// <summary>What is said of a member that holds none.</summary>
    public static string Problem(string member) => FormattableString.Invariant(
        $"'{member}' is no lifetime; expected anchor created_at and seconds from {Least} to {Most}.");

    /// <summary>The lifetime; null if it is none.</summary>
    public static TimeSpan? Read(string? anchor, string seconds) =>
        anchor == "created_at"
        && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= Least and <= Most
            ? TimeSpan.FromSeconds(number)
            : null;
}
