using System.Globalization;
using System.Text.Json;

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

    /// <summary>The lifetime that a JSON object says; null if it is none.</summary>
    /// <exception cref="InvalidOperationException">The anchor escapes half of a surrogate pair.</exception>
    public static TimeSpan? Read(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("anchor", out var anchor) && anchor.ValueKind == JsonValueKind.String
        && value.TryGetProperty("seconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number
            ? Read(anchor.GetString(), seconds.GetRawText())
            : null;

    /// <summary>The lifetime that a text of JSON says; null if it is none.</summary>
    public static TimeSpan? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
