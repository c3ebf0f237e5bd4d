namespace BatchLLM.GpuCheck.Workloads;

/// <summary>What others have measured of Llama 3.1 8B in FP8 on one H200, and so it is run here.</summary>
internal static class PublishedWorkloads
{
    // Rows of summaries of news, 778 prompt tokens on average, 128 out: 64.5 a second and GPU, offline, MLPerf 5.1.
    private const double MlperfRows = 64.5;
    private const int MlperfOutput = 128;

    /// <summary>TensorRT-LLM 1.0's lengths and figures (docs/source/performance/perf-overview.md), and MLPerf's.</summary>
    public static IReadOnlyList<Workload> Llama8B { get; } =
    [
        new(128, 128) { Published = 27_911 },
        new(128, 2_048) { Published = 26_221 },
        new(1_000, 1_000) { Published = 17_744 },
        new(2_048, 128) { Published = 3_538 },
        new(2_048, 2_048) { Published = 12_194 },
        new(5_000, 500) { Published = 3_902 },
        new(20_000, 2_000) { Published = 1_804 },
        new(778, MlperfOutput) { Published = MlperfRows * MlperfOutput },
    ];

    /// <summary>Long instructions, little text of its own, a short answer.</summary>
    public static Workload Shared { get; } = new(2_200, 100) { SharedTokens = 2_000, GroupRows = 16 };

    /// <summary>Lengths for larger models, of which one GPU holds few rows.</summary>
    public static IReadOnlyList<Workload> Shapes { get; } = [new(128, 128), new(1_000, 1_000)];
}
