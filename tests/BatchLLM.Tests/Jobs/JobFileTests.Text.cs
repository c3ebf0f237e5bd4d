using System.Text;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed partial class JobFileTests
{
    [Fact]
    public void All_problems_come_at_once_with_their_places()
    {
        const string Json =
            """
            {
              "name": "j",
              "modle": "m",
              "input": [{ "uri": "a", "format": "tsv" }, 5],
              "prompt": { "text": "{{" },
              "output": { "url": "out" },
              "output": {}
            }
            """;

        Assert.Equal(
            """
            job.json:1:1: the job file lacks the key 'model'
            job.json:3:3: unknown key 'modle'; did you mean 'model'?
            job.json:4:37: input.0.format is 'tsv'; expected one of auto, jsonl, csv, parquet
            job.json:4:46: input.1 is 5; expected a text or an object
            job.json:5:23: prompt.text: the placeholder at character 1 is not closed; expected '}}' after the column's name; write '{{{{' for a literal '{{'
            job.json:6:13: output lacks the key 'uri'
            job.json:6:15: unknown key 'output.url'; did you mean 'uri'?
            job.json:7:3: the key 'output' is there twice, first on line 6; remove one
            """,
            JobSchema.Problems(Json));
    }

    [Theory]
    [InlineData("", "job.json:1:1: this is not valid JSON: the file is empty; expected an object")]
    [InlineData(" \n", "job.json:2:1: this is not valid JSON: the file is empty; expected an object")]
    [InlineData("{\n  // note\n}", "job.json:2:3: this is not valid JSON: a comment; remove it")]
    [InlineData("{\"a\": NaN}", "job.json:1:7: this is not valid JSON: 'N' is an invalid start of a value")]
    [InlineData("{} x", "job.json:1:4: this is not valid JSON: 'x' is invalid after a single JSON value")]
    [InlineData("[]", "job.json:1:1: the job file is an array; expected an object")]
    [InlineData("{\"name\": \"\\ud800\"}", "job.json:1:10: this text is not valid Unicode; save the file as UTF-8")]
    public void Text_that_is_no_job_file_is_refused_at_its_place(string json, string expected) =>
        Assert.Equal(expected, JobSchema.Problems(json));

    [Fact]
    public void A_trailing_comma_is_refused_at_its_place() =>
        Assert.StartsWith("job.json:1:8: this is not valid JSON: ", JobSchema.Problems("{\"a\":1,}"), StringComparison.Ordinal);

    [Fact]
    public void Columns_count_characters_not_bytes()
    {
        var problems = JobSchema.Parse("{\"model\":\"ü\", \"xyzzy\":1}").Problems;

        Assert.Equal((1, 15), problems.Where(item => item.Path == "xyzzy").Select(item => (item.Line, item.Column)).Single());
    }

    [Fact]
    public void A_byte_order_mark_is_no_fault()
    {
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(JobSchema.Minimal())];

        Assert.NotNull(JobFile.Parse(bytes, "job.json", JobSchema.Bytes, []).Spec);
    }

    /// <summary>Small files that were made to be a burden: each took minutes, or gigabytes, before it was refused.</summary>
    [Theory]
    [InlineData("many tokens on one line")]
    [InlineData("many keys")]
    [InlineData("one key many times")]
    [InlineData("many keys below a long one")]
    [InlineData("one long key")]
    [InlineData("deep")]
    public void A_hostile_file_of_a_megabyte_is_refused_at_once(string kind)
    {
        const int Many = 100_000;
        var json = kind switch
        {
            "many tokens on one line" => "[" + string.Join(',', Enumerable.Repeat("0", 5 * Many)) + "]",
            "many keys" => "{" + string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"{i}\":0")) + "}",
            "one key many times" => "{" + string.Join(',', Enumerable.Repeat("\"a\":0", Many)) + "}",
            "many keys below a long one" =>
                "{\"" + new string('k', 5 * Many) + "\":{" + string.Join(',', Enumerable.Repeat("\"a\":0", Many / 2)) + "}}",
            "one long key" => "{\"" + new string('k', 10 * Many) + "\":0}",
            _ => new string('[', 10 * Many),
        };
        var start = System.Diagnostics.Stopwatch.StartNew();

        var result = JobSchema.Parse(json);

        Assert.InRange(result.Problems.Count, 1, 100);
        Assert.True(start.Elapsed < TimeSpan.FromSeconds(10), $"It took {start.Elapsed.TotalSeconds} s.");
    }

    [Fact]
    public void Places_are_right_behind_line_ends_and_letters_of_several_bytes()
    {
        var problems = JobSchema.Parse("{\n\n  \"näme\": \"𝄞ü\", \"modle\": 1,\r\n\t\"é\": 2, \"é\": 3}").Problems;

        var unknown = problems.Where(problem => problem.Path is "näme" or "modle" or "é").Select(problem => (problem.Line, problem.Column));
        Assert.Equal([(3, 3), (3, 18), (4, 2), (4, 10)], unknown);
    }
}
