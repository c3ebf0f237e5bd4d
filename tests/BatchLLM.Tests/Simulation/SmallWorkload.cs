using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;

namespace BatchLLM.Tests.Simulation;

/// <summary>Workloads and devices small enough that every edge is met often.</summary>
internal static class SmallWorkload
{
    /// <summary>Rows of a few documents, and rows alone. No two are alike, so that each must be computed.</summary>
    public static Workload Random(int seed, int rows = 60)
    {
        var builder = new WorkloadBuilder(seed);
        var documents = Enumerable.Range(0, 5).Select(_ => builder.Tokens(builder.Random.Next(1, 60))).ToArray();
        for (var row = 0; row < rows; row++)
        {
            var isAlone = row % 3 == 0;
            var own = builder.Tokens(builder.Random.Next(1, 30));
            var document = documents[builder.Random.Next(documents.Length)];
            builder.Add(isAlone ? own : [.. document, .. own], 40, builder.Random.Next(1, 60));
        }

        return builder.Build("random");
    }

    /// <summary>One flop per token, choice and pair, one byte per weight step and position, a rate of one each.</summary>
    public static Device Device(int stepTokens, int kvBlocks, int blockTokens = 4) => new(
        "small", 1, 1, 0.5, 0.5, 1, 1, 1, 1, new RunnerLimits(200, Workload.VocabularySize, stepTokens, stepTokens, blockTokens, kvBlocks));

    public static PolicyResult Result(IPolicy policy, Workload workload, Device device)
    {
        var sharing = new AttainableSharing(workload, device.Limits.KvBlockTokens);
        var bound = MakespanBound.Of(workload, device, sharing);
        return PolicyResult.Of(policy.Name, workload, device, sharing, bound, policy.Run(workload, device));
    }
}
