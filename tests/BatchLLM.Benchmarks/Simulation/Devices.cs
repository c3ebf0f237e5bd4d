using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>The devices that are simulated: one that arithmetic holds up, and one that memory does.</summary>
internal static class Devices
{
    private const int Context = 16_384;
    private const int BlockTokens = 32;

    /// <summary>
    /// Two Zen 5 cores with Llama 3.2 1B in BF16: hidden 2048, 16 layers, 32 query and 8 key heads of 64, FFN 8192.
    /// </summary>
    public static readonly Device Cpu = new(
        "2 Zen 5 cores, Llama 3.2 1B BF16",
        FlopsPerSecond: 860e9, // measured: emitted VDPBF16PS, 8192 x 2048 at 512 rows, both cores (859; 850 at 64 rows)
        BytesPerSecond: 50e9, // measured: reading DRAM, 44 to 56 GB/s
        LayerWeights: 973e6, // 16 layers x (2048 x (2048 + 2 x 512 + 2048) + 3 x 2048 x 8192)
        HeadWeights: 263e6, // 128,256 x 2048
        WeightBytes: 2 * (973e6 + 263e6), // BF16
        KvBytesPerPosition: 16 * 2 * 8 * 64 * 2, // layers x (key, value) x key heads x 64 x BF16
        FlopsPerAttentionPair: 16 * 2 * 2 * 32 * 64, // layers x (query key, probability value) x 2 x query heads x 64
        FixedSeconds: 1e-3, // estimate: 16 layers x about 8 barriers of some microseconds, and choosing tokens
        Limits(stepTokens: 512, kvGiB: 8, 16 * 2 * 8 * 64 * 2)); // the engine's default step; a third of a 24 GiB machine

    /// <summary>One H100 SXM with Llama 3.1 8B in BF16: hidden 4096, 32 layers, 32 query and 8 key heads of 128, FFN 14336.</summary>
    public static readonly Device Gpu = new(
        "H100 80 GB, Llama 3.1 8B BF16",
        FlopsPerSecond: 620e12, // data sheet: 989 dense BF16; large products reach 60 to 70 %
        BytesPerSecond: 2.8e12, // data sheet: 3.35; streaming reads reach 80 to 90 %
        LayerWeights: 6.98e9, // 32 layers x (4096 x (4096 + 2 x 1024 + 4096) + 3 x 4096 x 14336)
        HeadWeights: 525e6, // 128,256 x 4096
        WeightBytes: 2 * (6.98e9 + 525e6), // BF16
        KvBytesPerPosition: 32 * 2 * 8 * 128 * 2,
        FlopsPerAttentionPair: 32 * 2 * 2 * 32 * 128,
        FixedSeconds: 1e-3, // estimate: a captured graph's launch, the plan's transfer, choosing tokens
        Limits(stepTokens: 2_048, kvGiB: 52, 32 * 2 * 8 * 128 * 2)); // vLLM's generic max_num_batched_tokens; 0.9 x 80 GB less weights

    // A step may hold as many sequences as tokens: admission is by KV blocks.
    private static RunnerLimits Limits(int stepTokens, long kvGiB, long kvBytesPerPosition) => new(
        Context,
        Workload.VocabularySize,
        stepTokens,
        stepTokens,
        BlockTokens,
        (int)((kvGiB << 30) / (kvBytesPerPosition * BlockTokens)));
}
