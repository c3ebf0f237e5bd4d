using System.Text;
using BatchLLM.Schedules;
using BatchLLM.Tests.Architecture;
using BatchLLM.Tests.Jobs;
using Xunit;

namespace BatchLLM.Tests.Schedules;

public sealed class ScheduleFileTests
{
    private static readonly byte[] Schema = File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "jobs", "schedule.schema.json"));

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var schedule = Parse($$"""{"name":"n","cron":"@daily","job":{{JobSchema.Minimal()}}}""").Definition!;

        Assert.Equal(("n", "@daily", "UTC", 0), (schedule.Name, schedule.Cron, schedule.TimeZone, schedule.Priority));
        Assert.Equal((MisfireRule.RunOnce, OverlapRule.Skip), (schedule.Misfire, schedule.Overlap));
        Assert.Equal("j", schedule.Job.Name);
    }

    [Theory]
    [InlineData("run_once", MisfireRule.RunOnce, "skip", OverlapRule.Skip)]
    [InlineData("skip", MisfireRule.Skip, "queue", OverlapRule.Queue)]
    [InlineData("skip", MisfireRule.Skip, "cancel_previous", OverlapRule.CancelPrevious)]
    public void Rules_have_names(string misfire, MisfireRule expectedMisfire, string overlap, OverlapRule expectedOverlap)
    {
        var schedule = Parse(
            $$"""{"name":"n","cron":"* * * * *","misfire":"{{misfire}}","overlap":"{{overlap}}","priority":-5,"job":{{JobSchema.Minimal()}}}""").Definition!;

        Assert.Equal((expectedMisfire, expectedOverlap, -5), (schedule.Misfire, schedule.Overlap, schedule.Priority));
        Assert.Equal((misfire, overlap), (RuleNames.Of(schedule.Misfire), RuleNames.Of(schedule.Overlap)));
    }

    [Fact]
    public void Problems_of_the_schedule_and_of_its_job_are_named_by_their_place()
    {
        var problems = Parse("""
            {
              "name": ".hidden", "cron": "", "overlap": "wait", "zone": "UTC",
              "job": { "name": "j", "model": "m", "input": "{{day}}", "prompt": { "text": "x" }, "outptu": {} }
            }
            """).Problems.Select(problem => problem.ToString()).ToList();

        Assert.Contains(problems, text => text.StartsWith("body:2:11: name is '.hidden'; expected a text that matches", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.StartsWith("body:2:30: cron is ''", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.EndsWith("overlap is 'wait'; expected one of skip, queue, cancel_previous", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.Contains("unknown key 'zone'", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.Contains("input has a placeholder other than {{date}}", StringComparison.Ordinal));
        Assert.Contains(problems, text => text.Contains("did you mean 'output'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]", "is an array; expected an object")]
    [InlineData("{\"name\":\"n\",\"cron\":\"@daily\"}", "lacks the key 'job'")]
    [InlineData("{\"name\":\"n\",\"cron\":\"@daily\",\"job\":\"j\"}", "job is a text of 1 characters; expected an object")]
    [InlineData("{\"name\":\"n\",\"cron\":\"@daily\",\"job\":{},\"time_zone\":\"../../etc/passwd\"}", "time_zone is '../../etc/passwd'")]
    [InlineData("{", "body:1:")]
    public void What_is_no_schedule_is_said_to_be_none(string json, string expected) =>
        Assert.Contains(expected, string.Join('\n', Parse(json).Problems), StringComparison.Ordinal);

    private static ScheduleFileResult Parse(string json) => ScheduleFile.Parse(Encoding.UTF8.GetBytes(json), "body", Schema, JobSchema.Bytes);
}
