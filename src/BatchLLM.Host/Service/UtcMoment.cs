using System.Globalization;

namespace BatchLLM.Host.Service;

/// <summary>A time in a request's address: RFC 3339. One without a zone is UTC, wherever the server stands.</summary>
/// <param name="At">The time, in UTC.</param>
internal readonly record struct UtcMoment(DateTimeOffset At)
{
    /// <summary>Reads one; the framework calls it for parameters.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out UtcMoment moment)
    {
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var isTime = DateTimeOffset.TryParse(text, provider ?? CultureInfo.InvariantCulture, Styles, out var at);
        moment = new UtcMoment(at);
        return isTime;
    }
}
