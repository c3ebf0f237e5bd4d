using BatchLLM.Checkpoints;
using BatchLLM.Cuda;
using BatchLLM.GpuCheck.Parts;
using BatchLLM.GpuCheck.Workloads;

namespace BatchLLM.CudaTests.Check;

/// <summary>All that the check of a GPU runs, so small that an emulator has it done in seconds.</summary>
internal static class SmallSizes
{
    private static readonly LlamaConfig Model = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 64,
        LayerCount = 1,
        HeadCount = 2,
        KvHeadCount = 1,
        HeadSize = 32,
        IntermediateSize = 96,
        VocabularySize = 200,
        ContextLength = 512,
        NormEpsilon = 1e-5,
        RopeTheta = 500_000,
        TiesEmbeddings = false,
    };

    /// <summary>The sizes.</summary>
    public static CheckSizes All { get; } = new()
    {
        Compared = Model,
        ComparedRows = 3,
        Measured = Model,
        Large = Model with { LayerCount = 2 },
        Workloads = [new(9, 7) { Published = 1e6 }, new(33, 4)],
        LargeWorkloads = [new(8, 8)],
        Shared = new Workload(70, 4) { SharedTokens = 64, GroupRows = 4 },
        Long = new Workload(300, 5),
        Runner = new CudaModelRunnerOptions(StepTokens: 32, StepSequences: 8, KvBlockTokens: 16, KvBytes: 256 << 10),
        ProductRows = [32, 16],
        ProductWeightBytes = 64 << 10,
        Decodes = [(3, 64), (3, 128), (1, 256)],
        Chunks = [(2, 64)],
        MostRows = 24,
        LeastBusy = 0,
    };
}
