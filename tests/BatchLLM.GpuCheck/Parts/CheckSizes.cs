using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.GpuCheck.Workloads;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>How large all is that parts run: for a GPU, or for what emulates one.</summary>
internal sealed record CheckSizes
{
    /// <summary>Model that is compared with the CPU.</summary>
    public required LlamaConfig Compared { get; init; }

    /// <summary>Rows of it.</summary>
    public required int ComparedRows { get; init; }

    /// <summary>Model whose speed is measured.</summary>
    public required LlamaConfig Measured { get; init; }

    /// <summary>A larger one.</summary>
    public required LlamaConfig Large { get; init; }

    /// <summary>What they run.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>What the larger one runs.</summary>
    public required IReadOnlyList<Workload> LargeWorkloads { get; init; }

    /// <summary>Rows in groups that share a prefix.</summary>
    public required Workload Shared { get; init; }

    /// <summary>One long row.</summary>
    public required Workload Long { get; init; }

    /// <summary>Of the runners.</summary>
    public required CudaModelRunnerOptions Runner { get; init; }

    /// <summary>Numbers of rows of products, the largest first.</summary>
    public required IReadOnlyList<int> ProductRows { get; init; }

    /// <summary>Bytes of weights that products go through in turn.</summary>
    public required long ProductWeightBytes { get; init; }

    /// <summary>Output tokens: rows, context.</summary>
    public required IReadOnlyList<(int Rows, int Context)> Decodes { get; init; }

    /// <summary>Prompts: how many, tokens of each.</summary>
    public required IReadOnlyList<(int Prompts, int Tokens)> Chunks { get; init; }

    /// <summary>Most rows of a workload.</summary>
    public required int MostRows { get; init; }

    /// <summary>Least share of the time in which steps are computed; an emulator's host takes its processors away from it.</summary>
    public required double LeastBusy { get; init; }

    /// <summary>For an H200: true shapes, lengths that others have published figures for.</summary>
    public static CheckSizes H200 { get; } = new()
    {
        Compared = Shape("tiny"),
        ComparedRows = 48,
        Measured = Shape("llama-3.1-8b"),
        Large = Shape("llama-3.1-70b"),
        Workloads = PublishedWorkloads.Llama8B,
        LargeWorkloads = PublishedWorkloads.Shapes,
        Shared = PublishedWorkloads.Shared,
        Long = new Workload(131_008, 64),
        Runner = new CudaModelRunnerOptions(),
        ProductRows = [4_096, 1_024, 256, 64, 16],
        ProductWeightBytes = 256 << 20,
        Decodes = [(16, 512), (64, 512), (256, 512), (1_024, 512), (256, 2_048), (64, 8_192)],
        Chunks = [(8, 512), (4, 1_024), (1, 4_096)],
        MostRows = int.MaxValue,
        LeastBusy = 0.95,
    };

    private static LlamaConfig Shape(string name) =>
        LlamaShapes.TryFind(name, out var config) ? config : throw new ArgumentException($"There is no shape '{name}'.", nameof(name));
}
