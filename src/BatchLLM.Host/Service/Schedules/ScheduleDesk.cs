using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Schedules;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>From a request to a schedule that can fire, and from an id to one that is the caller's.</summary>
/// <param name="schedules">The schedules.</param>
/// <param name="intake">Reads its job as the next firing would.</param>
/// <param name="time">The clock.</param>
internal sealed class ScheduleDesk(IScheduleStore schedules, JobIntake intake, TimeProvider time)
{
    private const string Source = "body";

    private static readonly byte[] Schema = LoadSchema();

    /// <summary>The bytes of schedule.schema.json.</summary>
    public static ReadOnlyMemory<byte> SchemaBytes => Schema;

    /// <summary>Reads a request's body.</summary>
    /// <returns>The schedule, whose next firing could make its job as things are now; or everything that is wrong with it.</returns>
    public ScheduleFileResult Read(ReadOnlySpan<byte> json)
    {
        var result = ScheduleFile.Parse(json, Source, Schema, JobFileLoader.Schema());
        return result.Definition is { } definition && ProblemsWith(definition) is { Count: > 0 } problems
            ? new ScheduleFileResult(null, problems)
            : result;
    }

    /// <summary>The schedule; null if there is none, or if it is another tenant's, which the caller must not find out.</summary>
    public async Task<Schedule?> FindAsync(HttpContext request, long id, CancellationToken cancellationToken) =>
        await schedules.FindAsync(id, cancellationToken) is { } found && (Callers.Of(request).Sees ?? found.Tenant) == found.Tenant ? found : null;

    private IReadOnlyList<JobFileProblem> ProblemsWith(ScheduleDefinition definition)
    {
        try
        {
            var times = CronTimes.Parse(definition.Cron, definition.TimeZone);
            return times.After(time.GetUtcNow()) is { } next
                ? intake.Place(FireMoment.Of(next, times.Zone, definition.Name).Fill(definition.Job)).Problems
                : [Problem($"cron is '{definition.Cron}', which never comes again; expected a time in the future")];
        }
        catch (BatchLLMException exception) when (!exception.IsTransient)
        {
            return [Problem(exception.Message.TrimEnd('.'))];
        }
    }

    private static JobFileProblem Problem(string message) => new(Source, message[..message.IndexOf(' ', StringComparison.Ordinal)], Line: 0, Column: 0, message);

    private static byte[] LoadSchema()
    {
        using var stream = typeof(ScheduleDesk).Assembly.GetManifestResourceStream("schedule.schema.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
