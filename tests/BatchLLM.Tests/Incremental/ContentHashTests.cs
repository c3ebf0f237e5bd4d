using BatchLLM.Incremental;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Tests.Jobs;
using Xunit;

namespace BatchLLM.Tests.Incremental;

public sealed class ContentHashTests
{
    private static readonly InferenceRequest Request = new(3, RowKey: 7, [1, 2, 3], new SamplingParameters { Stop = ["ab", "c"] });

    private static readonly JobSpec Spec = JobSchema.Parse(JobSchema.Minimal()).Require();

    [Fact]
    public void Where_a_row_stands_does_not_count() => Assert.Equal(
        Of(Request), Of(Request with { Index = 9, RowKey = 1, PromptTokens = [1, 2, 3], Sampling = Request.Sampling with { Stop = ["ab", "c"] } }));

    [Fact]
    public void Everything_that_may_change_an_answer_counts()
    {
        var sampling = Request.Sampling;
        UInt128[] hashes =
        [
            Of(Request),
            Of(Request with { PromptTokens = [1, 2, 4] }),
            Of(Request with { PromptTokens = [1, 2] }),
            Of(Request with { ContinuesText = true }),
            .. new[]
            {
                sampling with { MaxTokens = 5 }, sampling with { TopK = 5 }, sampling with { Temperature = 0.5 }, sampling with { TopP = 0.5 },
                sampling with { Seed = 5 }, sampling with { RepetitionPenalty = 1.5 }, sampling with { PresencePenalty = 0.5 },
                sampling with { FrequencyPenalty = 0.5 }, sampling with { Stop = [] }, sampling with { Stop = ["a", "bc"] }, sampling with { Stop = ["c", "ab"] },
            }.Select(changed => Of(Request with { Sampling = changed })),
            Of(Request, Spec with { Engine = JobSpec.Echo }),
            Of(Request, Spec with { Numerics = "w4a16" }),
            Of(Request, Spec with { KvCache = "fp8" }),
            Of(Request, Spec with { Device = "cuda" }),
            ContentHash.Of(ContentHash.ModelKey(Spec, "another model"), Request),
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.DoesNotContain(ContentHash.None, hashes);
    }

    [Fact]
    public void Which_GPU_of_a_machine_does_not_count() =>
        Assert.Equal(Of(Request, Spec with { Device = "cuda" }), Of(Request, Spec with { Device = "cuda:1" }));

    private static UInt128 Of(InferenceRequest request, JobSpec? spec = null) =>
        ContentHash.Of(ContentHash.ModelKey(spec ?? Spec, "model"), request);
}
