using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class JobKeyTests
{
    private static readonly InputFile File = new("file:///a.jsonl", DataFormat.Jsonl, 10, "v1");

    [Fact]
    public void A_key_is_a_SHA_256_and_the_same_every_time()
    {
        Assert.Matches("^[0-9a-f]{64}$", Key());
        Assert.Equal(Key(), Key());
    }

    [Theory]
    [InlineData("model=other")]
    [InlineData("prompt.text=other")]
    [InlineData("id_column=id")]
    [InlineData("sampling.max_tokens=9")]
    [InlineData("sampling.temperature=0.5")]
    [InlineData("sampling.seed=9")]
    [InlineData("sampling.stop=x")]
    [InlineData("sampling.columns.seed=s")]
    [InlineData("output.uri=other")]
    [InlineData("output.format=parquet")]
    [InlineData("output.columns=[\"a\"]")]
    [InlineData("output.token_ids=true")]
    [InlineData("policies.overlong_prompt=truncate_head")]
    [InlineData("numerics=w4a16")]
    [InlineData("kv_cache=fp8")]
    public void What_decides_the_output_decides_the_key(string setting) => Assert.NotEqual(Key(), Key(setting));

    [Theory]
    [InlineData("policies.error_budget=5")]
    [InlineData("policies.error_budget=5%")]
    [InlineData("policies.time_budget=8h")]
    [InlineData("canary.rows=5")]
    [InlineData("output.keep=30d")]
    [InlineData("$schema=x")]
    public void When_a_job_pauses_and_how_long_its_output_is_kept_does_not_decide_the_key(string setting) => Assert.Equal(Key(), Key(setting));

    [Fact]
    public void Inputs_their_versions_and_the_model_decide_the_key()
    {
        var spec = JobSchema.Parse(JobSchema.Minimal()).Require();
        string[] keys =
        [
            JobKey.Compute(spec, [File], "model"),
            JobKey.Compute(spec, [File], "another"),
            JobKey.Compute(spec, [], "model"),
            JobKey.Compute(spec, [File, File], "model"),
            JobKey.Compute(spec, [File with { Version = "v2" }], "model"),
            JobKey.Compute(spec, [File with { Length = 11 }], "model"),
            JobKey.Compute(spec, [File with { Uri = "file:///b.jsonl" }], "model"),
            JobKey.Compute(spec, [File with { Format = DataFormat.Parquet }], "model"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static string Key(params string[] settings) =>
        JobKey.Compute(JobSchema.Parse(JobSchema.Minimal(), settings).Require(), [File], "model");
}
