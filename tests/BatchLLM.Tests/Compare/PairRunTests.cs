using BatchLLM.Engine;
using BatchLLM.Engine.Compare;
using BatchLLM.Inference;
using BatchLLM.Tests.Engine;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Compare;

public sealed class PairRunTests : IDisposable
{
    private const int MaxTokens = 14;
    private static readonly ByteTokenizer Tokenizer = new([.. Enumerable.Repeat("+", 307 - 256)]);
    private readonly CoarseModel _coarse = new(0xE0);
    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public async Task A_model_agrees_with_itself_exactly()
    {
        var rows = await RunAsync(CoarseModel.OpenOriginal(), CoarseModel.OpenOriginal(), Requests(20));

        Assert.All(rows, row =>
        {
            Assert.Equal((0, 0), (row.Lockstep.KlSum, row.Lockstep.KlMax));
            Assert.Equal(row.Lockstep.Positions, row.Lockstep.SameChoices);
            Assert.Equal(row.Lockstep.TokenIds, row.TokenIdsOfB);
        });
    }

    [Fact]
    public async Task Each_completion_is_the_models_own()
    {
        var requests = Requests(20);

        var rows = await RunAsync(CoarseModel.OpenOriginal(), _coarse.Open(), requests);

        var alone = (await CompleteAsync(CoarseModel.OpenOriginal(), requests), await CompleteAsync(_coarse.Open(), requests));
        Assert.Equal(alone.Item1, rows.Select(row => row.Lockstep.TokenIds));
        Assert.Equal(alone.Item2, rows.Select(row => row.TokenIdsOfB));
        Assert.True(rows.Any(row => !row.Lockstep.TokenIds.SequenceEqual(row.TokenIdsOfB)), $"seed {_seed}: no row diverged");
    }

    [Fact]
    public async Task Divergence_is_that_of_the_logits_behind_each_of_As_tokens()
    {
        var requests = Requests(6);

        var rows = await RunAsync(CoarseModel.OpenOriginal(), _coarse.Open(), requests);

        using var a = CoarseModel.OpenOriginal();
        using var b = _coarse.Open();
        foreach (var (row, request) in rows.Zip(requests))
        {
            var (positions, same, sum, max) = Recompute(new StepDriver(a), new StepDriver(b), request, row.Lockstep);
            Assert.Equal((positions, same), (row.Lockstep.Positions, row.Lockstep.SameChoices));
            Assert.Equal((sum, max), (row.Lockstep.KlSum, row.Lockstep.KlMax));
            Assert.True(sum > 0, $"seed {_seed}");
        }
    }

    [Fact]
    public async Task A_cache_too_small_for_all_rows_changes_nothing()
    {
        var requests = Requests(12);
        var bytesOfABlock = 8L * 2 * 2 * 2 * 16 * sizeof(float); // positions, layers, keys and values, heads, head size

        var roomy = await RunAsync(CoarseModel.OpenOriginal(), _coarse.Open(), requests);
        var tight = await RunAsync(CoarseModel.OpenOriginal(bytesOfABlock * 9), _coarse.Open(bytesOfABlock * 11), requests);

        Assert.Equal(roomy.Select(row => row.Lockstep.TokenIds), tight.Select(row => row.Lockstep.TokenIds));
        Assert.Equal(roomy.Select(Numbers), tight.Select(Numbers));
        Assert.Equal(roomy.Select(row => row.TokenIdsOfB), tight.Select(row => row.TokenIdsOfB));
    }

    [Fact]
    public async Task Logits_that_are_not_finite_end_a_row_and_are_told()
    {
        _coarse.Spoil();

        var rows = await RunAsync(CoarseModel.OpenOriginal(), _coarse.Open(), Requests(3));

        Assert.All(rows, row => Assert.False(row.IsFinite));
    }

    public void Dispose() => _coarse.Dispose();

    private static (int Positions, int Same, double Sum, double Max) Recompute(
        StepDriver a, StepDriver b, InferenceRequest request, LockstepRow row)
    {
        var (positions, same, sum, max) = (0, 0, 0.0, 0.0);
        for (var count = 0; count <= row.TokenIds.Length && count < MaxTokens; count++)
        {
            int[] known = [.. request.PromptTokens, .. row.TokenIds[..count]];
            var (logitsOfA, logitsOfB) = (Logits(a, known), Logits(b, known));
            var divergence = KlDivergence.Of(logitsOfA, logitsOfB);
            positions++;
            same += logitsOfA.IndexOf(logitsOfA.Max()) == logitsOfB.IndexOf(logitsOfB.Max()) ? 1 : 0;
            sum += divergence;
            max = Math.Max(max, divergence);
        }

        return (positions, same, sum, max);
    }

    private static (int, int, double, double) Numbers(PairRow row) =>
        (row.Lockstep.Positions, row.Lockstep.SameChoices, row.Lockstep.KlSum, row.Lockstep.KlMax);

    private static float[] Logits(StepDriver driver, int[] tokens)
    {
        var sequence = driver.Add(tokens, 1);
        driver.Run((sequence, tokens.Length));
        driver.Free(sequence);
        return driver.Logits[sequence][0];
    }

    private static async Task<List<PairRow>> RunAsync(
        CpuModelRunner a, CpuModelRunner b, IReadOnlyList<InferenceRequest> requests)
    {
        await using var pair = new PairRun(a, b, Tokenizer, CoarseModel.StopTokens);
        var rows = new List<PairRow>();
        await pair.RunAsync(requests, rows.Add, TestContext.Current.CancellationToken);
        return [.. rows.OrderBy(row => row.Lockstep.Index)];
    }

    private static async Task<List<int[]>> CompleteAsync(CpuModelRunner runner, IReadOnlyList<InferenceRequest> requests)
    {
        await using var engine = new LocalBatchEngine(runner, Tokenizer, CoarseModel.StopTokens);
        var completions = new SortedDictionary<int, int[]>();
        await foreach (var generation in engine.RunAsync(requests, TestContext.Current.CancellationToken))
        {
            completions.Add(generation.Index, generation.TokenIds);
        }

        return [.. completions.Values];
    }

    private List<InferenceRequest> Requests(int count)
    {
        var random = new Random(_seed);
        var sampling = new SamplingParameters { MaxTokens = MaxTokens };
        return [.. Enumerable.Range(0, count).Select(index => new InferenceRequest(
            index, 0, [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(3, 307))], sampling))];
    }
}
