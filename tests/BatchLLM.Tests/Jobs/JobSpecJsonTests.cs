using System.Globalization;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class JobSpecJsonTests
{
    [Fact]
    public void The_text_of_a_minimal_job_has_every_key_in_a_fixed_order() => Assert.Equal(
        """
        {"name":"j","model":"m","input":[{"uri":"a.jsonl","format":"auto"}],"prompt":{"text":"{{body}}"},
        "sampling":{"max_tokens":256,"temperature":0,"top_p":1,"top_k":0,"seed":0,"stop":[],"repetition_penalty":1,
        "presence_penalty":0,"frequency_penalty":0,"columns":{}},
        "output":{"uri":"out","format":"jsonl","columns":[],"token_ids":false},
        "policies":{"overlong_prompt":"fail"},"engine":"local","device":"cpu"}
        """.Replace("\n", "", StringComparison.Ordinal),
        JobSpecJson.Write(JobSchema.Parse(JobSchema.Minimal()).Require()));

    [Theory]
    [InlineData(JobFileTests.Everything)]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"openai_batch":true},"output":{"uri":"o"}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"«é» 😀 {{x}}\n"},"output":{"uri":"o"}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"x"},"output":{"uri":"o"},"policies":{"error_budget":9}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"x"},"output":{"uri":"o","keep":"36h"}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"x"},"output":{"uri":"o"},"sampling":{"seed":9223372036854775807}}""")]
    [InlineData("""{"name":"j","model":"m","input":{"uri":"a","format":"csv"},"prompt":{"text":"x"},"output":{"uri":"o"}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"messages_column":"chat"},"output":{"uri":"o"}}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"x"},"output":{"uri":"o"},"incremental":true}""")]
    [InlineData("""{"name":"j","model":"m","input":"a","prompt":{"text":"x"},"output":{"uri":"o"},"incremental":"out/{{date-1}}"}""")]
    public void The_text_reads_back_as_the_same_job(string json)
    {
        var text = JobSpecJson.Write(JobSchema.Parse(json).Require());

        Assert.Equal(text, JobSpecJson.Write(JobSchema.Parse(text).Require()));
    }

    [Fact]
    public void Any_share_that_a_job_file_can_say_survives_its_text()
    {
        for (var millionths = 0; millionths <= 1_000_000; millionths += 1_237)
        {
            var budget = string.Create(CultureInfo.InvariantCulture, $"{millionths / 10_000m:0.######}%");
            var spec = JobSchema.Parse(JobSchema.Minimal(), $"policies.error_budget={budget}").Require();

            Assert.Contains($"\"error_budget\":\"{budget}\"", JobSpecJson.Write(spec), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_order_of_keys_in_the_file_does_not_matter()
    {
        const string Reordered = """{"output":{"uri":"out"},"prompt":{"text":"{{body}}"},"input":["a.jsonl"],"model":"m","name":"j"}""";

        Assert.Equal(
            JobSpecJson.Write(JobSchema.Parse(JobSchema.Minimal()).Require()),
            JobSpecJson.Write(JobSchema.Parse(Reordered).Require()));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(",\"incremental\":false", null)]
    [InlineData(",\"incremental\":true", "\"incremental\":true")]
    [InlineData(",\"incremental\":\"o/{{date-1}}\"", "\"incremental\":\"o/{{date-1}}\"")]
    public void Whose_answers_a_job_takes_over_stands_in_its_text(string key, string? expected)
    {
        var text = JobSpecJson.Write(JobSchema.Parse(JobSchema.Minimal(key)).Require());

        Assert.Equal(expected is not null, text.Contains("incremental", StringComparison.Ordinal));
        Assert.Contains(expected ?? "", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "incremental is 1; expected true or false or a text")]
    [InlineData("\"{{day}}\"", "incremental has a placeholder other than {{date}}")]
    public void What_names_no_earlier_run_is_refused(string value, string expected) =>
        Assert.Contains(expected, JobSchema.Problems(JobSchema.Minimal($",\"incremental\":{value}")), StringComparison.Ordinal);
}
