using BatchLLM.Jobs;
using BatchLLM.Schedules;
using BatchLLM.Tests.Jobs;
using Xunit;

namespace BatchLLM.Tests.Schedules;

public sealed class FireMomentTests
{
    // 23:30 UTC is the next day in Berlin.
    private static readonly DateTimeOffset Due = new(2026, 2, 28, 23, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("in/{{date}}/*.jsonl", "in/2026-03-01/*.jsonl")]
    [InlineData("{{date-1}} {{ yesterday }} {{date + 31}}", "2026-02-28 2026-02-28 2026-04-01")]
    [InlineData("{{hour}}-{{ minute }}", "00-30")]
    [InlineData("out/{{schedule}}/{{date}}T{{hour}}", "out/nightly/2026-03-01T00")]
    [InlineData("plain", "plain")]
    public void Placeholders_are_of_the_firing_in_its_zone(string address, string expected)
    {
        var moment = FireMoment.Of(Due, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), "nightly");

        Assert.Equal(expected, DatePlaceholder.Fill(address, moment));
    }

    [Fact]
    public void A_jobs_addresses_are_filled_in_and_nothing_else()
    {
        var spec = JobSchema.Parse(JobSchema.Minimal(), "input=[\"{{date}}.jsonl\",\"{{hour}}.jsonl\"]", "output.uri={{schedule}}",
            "prompt.text={{date}} {{hour}}").Require();

        var filled = FireMoment.Of(Due, TimeZoneInfo.Utc, "nightly").Fill(spec);

        Assert.Equal(["2026-02-28.jsonl", "23.jsonl"], filled.Inputs.Select(input => input.Uri));
        Assert.Equal("nightly", filled.Output.Uri);
        Assert.Equal("{{date}} {{hour}}", filled.Prompt.Text);
    }
}
