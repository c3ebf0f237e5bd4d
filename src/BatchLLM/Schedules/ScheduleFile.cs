using System.Globalization;
using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Jobs.Json;

namespace BatchLLM.Schedules;

/// <summary>Reads a schedule's JSON: what its schema accepts, around a job file.</summary>
public static class ScheduleFile
{
    /// <summary>Reads a schedule.</summary>
    /// <param name="json">Its bytes, UTF-8.</param>
    /// <param name="name">What it is, for messages.</param>
    /// <param name="schema">The bytes of schedule.schema.json.</param>
    /// <param name="jobSchema">The bytes of job.schema.json.</param>
    /// <returns>
    /// The schedule with defaults filled in, its cron expression and time zone unchecked; or all problems by place. Those of the
    /// job are as <see cref="JobFile"/> words them, by their keys in the job.
    /// </returns>
    public static ScheduleFileResult Parse(
        ReadOnlySpan<byte> json, string name, ReadOnlyMemory<byte> schema, ReadOnlyMemory<byte> jobSchema)
    {
        var problems = new List<JobFileProblem>();
        if (JsonTreeReader.Read(json, name, problems) is not { } tree)
        {
            return new ScheduleFileResult(null, problems);
        }

        Validate(tree, schema, problems);
        if (tree.Find("job") is { Kind: JsonValueKind.Object } job)
        {
            Validate(job, jobSchema, problems);
            JobFileRules.Check(job, problems);
        }

        return problems.Count == 0
            ? new ScheduleFileResult(Read(tree), [])
            : new ScheduleFileResult(null, JobFile.InOrder(problems));
    }

    private static void Validate(JsonTree tree, ReadOnlyMemory<byte> schema, List<JobFileProblem> problems)
    {
        using var document = JsonDocument.Parse(schema);
        new SchemaValidator(document.RootElement, problems).Validate(tree);
    }

    private static ScheduleDefinition Read(JsonTree tree) => new()
    {
        Name = tree.Find("name")!.Text,
        Cron = tree.Find("cron")!.Text,
        TimeZone = tree.Find("time_zone")?.Text ?? ScheduleDefinition.DefaultTimeZone,
        Misfire = tree.Find("misfire") is { } misfire ? RuleNames.Misfire(misfire.Text) : MisfireRule.RunOnce,
        Overlap = tree.Find("overlap") is { } overlap ? RuleNames.Overlap(overlap.Text) : OverlapRule.Skip,
        Priority = int.Parse(tree.Find("priority")?.Text ?? "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        Job = JobSpecReader.Read(tree.Find("job")!),
    };
}
