using System.Globalization;
using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.HostSteps;

/// <summary>
/// What the host does between two steps of a GPU: the engine, the scheduler and the GPU's runner, whole, over a device that computes
/// nothing. 1,024 rows of Llama 3.1 8B's layers, heads and vocabulary; widths, which the host never looks at, are small.
/// </summary>
internal static class HostTime
{
    // A model of one H200 with FP8 weights and cache: products, head, cache of 512 positions a row, the rest.
    private const double DecodeStepSeconds = 21.2e-3;
    private const int Rows = 1_024;

    private static readonly LlamaConfig Shape = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 64,
        LayerCount = 32,
        HeadCount = 32,
        KvHeadCount = 8,
        HeadSize = 128,
        IntermediateSize = 128,
        VocabularySize = 128_256,
        ContextLength = 8_192,
        NormEpsilon = 1e-5,
        RopeTheta = 500_000,
        TiesEmbeddings = true,
    };

    /// <summary>Prints a Markdown table, the median of steps in each line.</summary>
    public static async Task RunAsync()
    {
        Console.WriteLine("| Steps | measured | rows | positions | host µs | fill and queue | take | plan and accept | of 21.2 ms | bytes allocated | KB uploaded | launches |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        await RunAsync(Window(Rows, 512, 512), isMixed: false); // until all is compiled
        Print("output tokens alone, greedy", await RunAsync(Window(Rows, 512, 512), isMixed: false));
        Print("output tokens alone, a prefix of 512 shared", await RunAsync(Shared(Rows, 512, 64, 512), isMixed: false));
        Print("output tokens alone, penalties", await RunAsync(Window(Rows, 512, 512, new SamplingParameters { RepetitionPenalty = 1.1 }), isMixed: false));
        Print("mixed with prompts", await RunAsync(Window(4 * Rows, 512, 128), isMixed: true));
    }

    // The steps of one kind that are as good as full.
    private static async Task<List<HostStep>> RunAsync(InferenceRequest[] window, bool isMixed)
    {
        using var device = new IdleDevice();
        var model = new SyntheticModel(Shape, SyntheticPrecision.Bf16, seed: 1);
        var clock = new StepClock(new CudaModelRunner(device, model, new CudaModelRunnerOptions(Kv: KvPrecision.Fp8)), device);
        var tokenizer = new TextlessTokenizer(clock.Limits.VocabularySize);
        await using (var engine = new LocalBatchEngine(clock, tokenizer, new HashSet<int>(), lengths: new OutputLengths()))
        {
            await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
            {
                _ = generation.Error is { } error ? throw new InvalidOperationException(error.Message) : generation;
            }
        }

        return [.. clock.Steps.Where(step => isMixed == step.Tokens > step.Slices && step.Slices >= Rows * (isMixed ? 0.5 : 0.8))];
    }

    private static void Print(string name, List<HostStep> steps)
    {
        var seconds = Median(steps, step => step.Seconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {steps.Count} | {Median(steps, step => step.Slices):F0} | {Median(steps, step => step.Tokens):F0} | {seconds * 1e6:F0} "
            + $"| {Median(steps, step => step.FillSeconds) * 1e6:F0} | {Median(steps, step => step.TakeSeconds) * 1e6:F0} "
            + $"| {Median(steps, step => step.Seconds - step.FillSeconds - step.TakeSeconds) * 1e6:F0} "
            + $"| {seconds / DecodeStepSeconds:P1} | {Median(steps, step => step.AllocatedBytes):F0} "
            + $"| {Median(steps, step => step.UploadedBytes) / 1e3:F0} | {Median(steps, step => step.Launches):F0} |"));
    }

    private static double Median(List<HostStep> steps, Func<HostStep, double> of) => steps.Select(of).Order().ElementAt(steps.Count / 2);

    private static InferenceRequest[] Window(int rows, int promptTokens, int outputTokens, SamplingParameters? sampling = null) =>
        Shared(rows, 0, promptTokens, outputTokens, sampling);

    // Lengths differ by a quarter, so that rows come and go one by one.
    private static InferenceRequest[] Shared(int rows, int shared, int promptTokens, int outputTokens, SamplingParameters? sampling = null)
    {
        var random = new Random(1);
        var prefix = Tokens(random, shared);
        return
        [
            .. Enumerable.Range(0, rows).Select(row => new InferenceRequest(
                row, (ulong)row, [.. prefix, .. Tokens(random, Vary(random, promptTokens))],
                (sampling ?? new SamplingParameters()) with { MaxTokens = Vary(random, outputTokens) })),
        ];
    }

    private static int Vary(Random random, int length) => length - random.Next(length / 4);

    private static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Shape.VocabularySize))];
}
