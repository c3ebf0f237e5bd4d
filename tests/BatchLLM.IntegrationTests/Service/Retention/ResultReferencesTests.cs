using BatchLLM.Host.Retention;
using BatchLLM.Retention;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Who is yet to read a job's results, by what jobs and schedules say.</summary>
public sealed class ResultReferencesTests
{
    private static readonly DateOnly Today = new(2026, 3, 7);

    private static readonly ExpiredResults Results = new(
        7, "job", "file:///out/2026-03-06", Spec("\"uri\":\"x\",\"format\":\"parquet\"", incremental: true), new string('a', 64), ShardCount: 2,
        IsBegun: false, KeptFor: null);

    [Fact]
    public void All_that_a_job_may_have_published_counts() => Assert.Equal(
        [
            "file:///out/2026-03-06/part-000000.parquet", "file:///out/2026-03-06/part-000001.parquet",
            "file:///out/2026-03-06/_part-000000.hashes", "file:///out/2026-03-06/_part-000001.hashes",
            "file:///out/2026-03-06/errors.jsonl", "file:///out/2026-03-06/receipt.json",
        ],
        ResultAddresses.Of(Results));

    [Theory]
    [InlineData("file:///out/2026-03-06/part-*.parquet", true)]
    [InlineData("file:///out/**/*.parquet", true)]
    [InlineData("file:///out/2026-03-06/errors.jsonl", true)]
    [InlineData("file:///out/2026-03-06/part-000001.parquet", true)]
    [InlineData("file:///out/2026-03-06/part-000002.parquet", false)]
    [InlineData("file:///out/2026-03-05/*", false)]
    [InlineData("s3://out/2026-03-06/*", false)]
    public void A_queued_job_reads_what_its_patterns_catch(string input, bool expected)
    {
        var job = new LiveJob(8, "next", $$"""{"input":[{"uri":"{{input}}","format":"auto"}]}""", Inputs: null);

        Assert.Equal(expected ? "job 8 (next)" : null, Find(jobs: [job]));
    }

    [Theory]
    [InlineData("file:///out/2026-03-06/part-000001.parquet", true)]
    [InlineData("file:///out/2026-03-06/other.parquet", false)]
    public void A_planned_job_reads_the_files_that_it_found_and_no_others_that_its_pattern_would_catch(string input, bool expected)
    {
        var job = new LiveJob(8, "next", """{"input":[{"uri":"file:///out/**","format":"auto"}]}""", Inputs: ["file:///in.jsonl", input]);

        Assert.Equal(expected ? "job 8 (next)" : null, Find(jobs: [job]));
    }

    [Theory]
    [InlineData("file:///out/2026-03-06", true)]
    [InlineData("file:///out/2026-03-06/", true)]
    [InlineData("file:///out", false)]
    public void A_job_reads_the_output_whose_answers_it_takes_over(string since, bool expected)
    {
        var job = new LiveJob(8, "next", $$"""{"input":[{"uri":"file:///in"}],"incremental":"{{since}}"}""", Inputs: ["file:///in"]);

        Assert.Equal(expected ? "job 8 (next)" : null, Find(jobs: [job]));
    }

    [Theory]
    [InlineData("file:///out/{{yesterday}}/*.parquet", true)]
    [InlineData("file:///out/{{date}}/*.parquet", false)] // that of 6 March is over
    [InlineData("file:///out/{{date-7}}/*.parquet", true)]
    [InlineData("file:///out/2026-03-06/*.parquet", true)]
    [InlineData("file:///out/2026-03-{{hour}}/*.parquet", true)] // at six o'clock
    [InlineData("/out/{{yesterday}}/*.parquet", true)]
    [InlineData("{{yesterday}}/*.parquet", true)] // in whatever folder the schedule lives
    [InlineData("{{schedule}}/{{yesterday}}/*.parquet", false)]
    [InlineData("s3://bucket/{{yesterday}}/*.parquet", false)]
    public void A_schedule_reads_what_its_address_may_yet_come_to(string input, bool expected)
    {
        var schedule = new ComingFirings("nightly", $$"""{"input":[{"uri":"{{input}}","format":"auto"}],"incremental":true}""", Today);

        Assert.Equal(expected ? "the schedule nightly" : null, Find(schedules: [schedule]));
    }

    [Fact]
    public void A_schedule_reads_the_output_whose_answers_it_takes_over()
    {
        var schedule = new ComingFirings("nightly", """{"input":[],"incremental":"/out/{{yesterday}}"}""", Today);

        Assert.Equal("the schedule nightly", Find(schedules: [schedule]));
    }

    [Fact]
    public void An_address_over_a_link_is_the_place_that_it_leads_to()
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-links-");
        var (real, link) = (folder.CreateSubdirectory("real").FullName, Path.Combine(folder.FullName, "link"));
        Directory.CreateSymbolicLink(link, real);
        foreach (var (output, input) in new[] { (real, link), (link, real), (link, link) })
        {
            var results = Results with { OutputUri = $"file://{output}" };
            var job = new LiveJob(8, "next", $$"""{"input":[{"uri":"file://{{input}}/*.parquet"}]}""", Inputs: null);
            Assert.Equal("job 8 (next)", new ResultReferences(new ResultReaders([job], [])).Find(ResultAddresses.Of(results)));
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("az://account/{{hour}}/x")] // no container has a glob in its name
    [InlineData("gopher://x")]
    public void An_address_that_nobody_can_tell_is_taken_for_one_that_reads_all(string input)
    {
        var schedule = new ComingFirings("odd", $$"""{"input":[{"uri":"{{input}}"}]}""", Today);

        Assert.Equal("the schedule odd", Find(schedules: [schedule]));
    }

    private static string? Find(IReadOnlyList<LiveJob>? jobs = null, IReadOnlyList<ComingFirings>? schedules = null) =>
        new ResultReferences(new ResultReaders(jobs ?? [], schedules ?? [])).Find(ResultAddresses.Of(Results));

    private static string Spec(string output, bool incremental) =>
        $$"""{"name":"job","model":"/m","input":[{"uri":"file:///in","format":"auto"}],"prompt":{"text":"x"},"output":{{{output}}},"incremental":{{(incremental ? "true" : "false")}}}""";
}
