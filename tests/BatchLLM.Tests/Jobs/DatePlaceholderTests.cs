using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class DatePlaceholderTests
{
    private static readonly DateOnly Day = new(2026, 3, 7);

    [Theory]
    [InlineData("mail/*.jsonl", "mail/*.jsonl")]
    [InlineData("mail/dt={{date}}/*.jsonl", "mail/dt=2026-03-07/*.jsonl")]
    [InlineData("{{ date }}/{{date}}", "2026-03-07/2026-03-07")]
    [InlineData("{{Date}}", "{{Date}}")]
    [InlineData("{{date-7}}/{{yesterday}}/{{ date + 1 }}", "2026-02-28/2026-03-06/2026-03-08")]
    public void The_day_is_filled_in(string address, string expected) => Assert.Equal(expected, DatePlaceholder.Fill(address, Day));

    [Theory]
    [InlineData("input=mail/{{day}}.jsonl", "input has a placeholder other than {{date}}")]
    [InlineData("input=[\"a.jsonl\",{\"uri\":\"{{id}}.jsonl\"}]", "input.1.uri has a placeholder other than {{date}}")]
    [InlineData("output.uri=out/{{date", "output.uri has a placeholder other than {{date}}")]
    public void Another_placeholder_in_an_address_is_refused_by_its_key(string setting, string expected) =>
        Assert.Contains(expected, JobSchema.Problems(JobSchema.Minimal(), setting), StringComparison.Ordinal);

    [Theory]
    [InlineData("in/*.jsonl", "file:///out/part.jsonl", "in/*.jsonl")] // the same at every firing
    [InlineData("out/{{date}}/*", "file:///out/2026-03-07/part.jsonl", "out/2026-03-07/*")]
    [InlineData("out/{{date}}/*", "file:///out/2026-03-06/part.jsonl", "")] // a day that is over
    [InlineData("out/{{yesterday}}/*", "file:///out/2026-03-06/part.jsonl", "out/2026-03-06/*")]
    [InlineData("out/{{date-1}}/*", "file:///out/2026-03-05/part.jsonl", "")]
    [InlineData("out/{{date-7}}/{{date}}", "file:///out/2026-03-01/2026-03-08", "out/2026-03-01/2026-03-08|out/2026-03-08/2026-03-15")]
    [InlineData("{{schedule}}/{{date}}-{{hour}}", "file:///nightly/2027-01-01-04/part.jsonl", "nightly/2027-01-01-*")]
    [InlineData("{{schedule}}/{{hour}}{{minute}}", "file:///nightly/0412", "nightly/**")]
    [InlineData("out/{{date}}", "file:///out/2026-13-01/9999-12-31/0001-01-01", "")] // no days, or none that anyone will see
    [InlineData("out/{{date}}", "file:///out/12026-03-07", "out/2026-03-07")]
    public void What_a_schedule_may_yet_name_is_foreseen(string address, string named, string expected) =>
        Assert.Equal(expected, string.Join('|', DatePlaceholder.Foresee(address, "nightly", Day, named)));

    [Fact]
    public void The_day_is_no_problem_in_an_address() =>
        Assert.Empty(JobSchema.Problems(JobSchema.Minimal(), "input=[\"a/{{date}}.jsonl\"]", "output.uri=out/{{ date }}"));

    [Theory]
    [InlineData("in/{{hour}}.jsonl", "{{hour}}")]
    [InlineData("{{date}}/{{ schedule }}", "{{ schedule }}")]
    public void What_stands_for_a_firing_is_refused_outside_of_a_schedule(string address, string placeholder)
    {
        Assert.Empty(JobSchema.Problems(JobSchema.Minimal(), $"output.uri={address}"));
        var error = Assert.Throws<BatchLLMException>(() => DatePlaceholder.Fill(address, Day));
        Assert.Contains($"has {placeholder}, which stands for a schedule's firing", error.Message, StringComparison.Ordinal);
    }
}
