using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Reports;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>
/// Whether forward passes are those of the CPU's engine, in every precision, and whether a row's tokens depend on its neighbours,
/// or on whether a step is begun before the tokens of the last are known.
/// Whole completions are not compared with the CPU's: random weights have near ties, where the last bits of a product decide, and from there
/// on a completion goes its own way. That equal logits give equal draws is a vector of its own.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="config">The model's numbers.</param>
/// <param name="rows">Rows that run together.</param>
internal sealed class EqualityCheck(IDevice device, LlamaConfig config, int rows)
{
    private const int MaxTokens = 24;
    private const double LeastAgreement = 7.0 / 8;

    private static readonly SamplingParameters Drawn =
        new() { MaxTokens = MaxTokens, Temperature = 0.8, TopP = 0.9, TopK = 50, Seed = 7, RepetitionPenalty = 1.1 };

    private static readonly int[] LogitPrompts = [1, 17, 50, 300];

    /// <summary>Each way that linear layers are computed in, with a cache.</summary>
    public static IReadOnlyList<(SyntheticPrecision Precision, Numerics Numerics, KvPrecision Kv)> Cases { get; } =
    [
        (SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Bf16),
        (SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Fp8),
        (SyntheticPrecision.Fp8, Numerics.W8A8Static, KvPrecision.Fp8),
        (SyntheticPrecision.Fp8, Numerics.W8A8Dynamic, KvPrecision.Bf16),
        (SyntheticPrecision.Int8, Numerics.W8A8Int8, KvPrecision.Bf16),
        (SyntheticPrecision.Nvfp4, Numerics.W4A16, KvPrecision.Fp8),
        (SyntheticPrecision.Int4, Numerics.W4A16, KvPrecision.Bf16),
    ];

    /// <summary>Compares one of the cases.</summary>
    public IReadOnlyList<CheckResult> Run((SyntheticPrecision Precision, Numerics Numerics, KvPrecision Kv) one)
    {
        using var runners = new ComparedRunners(device, config, one.Precision, one.Numerics, one.Kv);
        var name = $"{one.Precision} {one.Numerics.Name()}, KV cache {one.Kv.Name()}";
        return [Logits(name, runners, LogitTolerance.Of(one.Numerics, one.Kv)), Greedy(name, runners), Alone(name, runners.Gpu), Ahead(name, runners)];
    }

    private CheckResult Logits(string name, ComparedRunners runners, double tolerance)
    {
        var distance = LogitPrompts.Max(length => runners.LogitDistance(Prompt(length, length)));
        return new CheckResult(
            $"{name}: logits' distance from the CPU's", distance <= tolerance, distance * 100, "%",
            string.Create(CultureInfo.InvariantCulture, $"the largest of {LogitPrompts.Length} prompts; at most {tolerance * 100} is expected"));
    }

    // Each token behind the CPU's own completion up to there, so that one that differs does not change those after it.
    private CheckResult Greedy(string name, ComparedRunners runners)
    {
        var prompts = Prompts();
        var expected = Completion.Of(runners.Cpu, prompts, new SamplingParameters { MaxTokens = MaxTokens });
        int[][] lockstep = [.. prompts.SelectMany((prompt, row) => Enumerable.Range(0, MaxTokens).Select(i => (int[])[.. prompt, .. expected[row][..i]]))];
        var actual = Completion.Of(runners.Gpu, lockstep, new SamplingParameters { MaxTokens = 1 });
        var same = expected.SelectMany(tokens => tokens).Zip(actual, (one, other) => one == other[0]).Count(isSame => isSame);
        return new CheckResult(
            $"{name}: greedy tokens as the CPU's", same >= LeastAgreement * lockstep.Length, 100.0 * same / lockstep.Length, "%", $"of {lockstep.Length}");
    }

    private CheckResult Alone(string name, IBatchEngine gpu)
    {
        var prompts = Prompts();
        var together = Completion.Of(gpu, prompts, Drawn);

        // Draws are keyed by the row, of which there is one, so the first's.
        var alone = Completion.Of(gpu, [prompts[0]], Drawn)[0];
        var among = Completion.Of(gpu, [prompts[0], .. prompts.Reverse()], Drawn)[0];
        return CheckResult.Of($"{name}: a row drawn alone and among others", alone.SequenceEqual(together[0]) && alone.SequenceEqual(among), "");
    }

    // Penalties keep a step from being recorded, and ask for tokens that are on their way.
    private CheckResult Ahead(string name, ComparedRunners runners)
    {
        var prompts = Prompts();
        var isSame = new[] { Drawn, Drawn with { RepetitionPenalty = 1 } }.All(sampling =>
            Completion.Of(runners.Gpu, prompts, sampling).Zip(Completion.Of(runners.GpuOneStep, prompts, sampling)).All(row => row.First.SequenceEqual(row.Second)));
        return CheckResult.Of($"{name}: steps begun ahead and one at a time", isSame, "");
    }

    private int[][] Prompts() => [.. Enumerable.Range(0, rows).Select(row => Prompt(row, 1 + row * 7))];

    private int[] Prompt(int row, int length) => [.. Enumerable.Range(1, length).Select(i => (row * 31 + i * 7919) % config.VocabularySize)];
}
