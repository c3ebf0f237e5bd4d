using System.Text.Json;
using System.Text.Json.Serialization;
using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>The command: every workload by every policy on every device.</summary>
internal static class PlanningSimulation
{
    private const int Seed = 1;
    private const int SeedBefore = 2;

    // A fast device is through a small window so soon that its tail is much of it.
    private static readonly (Device Device, int Scale)[] Runs = [(Devices.Cpu, 1), (Devices.Gpu, 1), (Devices.Gpu, 4)];

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Runs all; a table, or JSON with everything in the table and more.</summary>
    public static void Run(bool isJson)
    {
        var results = new List<PolicyResult>();
        foreach (var (device, scale) in Runs)
        {
            Say(isJson, SimulationTable.Heading(device));
            foreach (var (workload, before) in new WorkloadSet(Seed, scale).All.Zip(new WorkloadSet(SeedBefore, scale).All))
            {
                foreach (var result in Run(workload, before, device, scale))
                {
                    results.Add(result);
                    Say(isJson, SimulationTable.Line(result));
                }
            }
        }

        Say(!isJson, JsonSerializer.Serialize(results, Json));
    }

    private static IEnumerable<PolicyResult> Run(Workload workload, Workload before, Device device, int scale)
    {
        var policies = new List<IPolicy>
        {
            new EnginePolicy(), new EnginePolicy(before), new FirstComePolicy(), new StaticBatchPolicy(),
        };
        if (scale > 1)
        {
            policies.Insert(2, new EnginePolicy(windows: scale));
        }

        var sharing = new AttainableSharing(workload, device.Limits.KvBlockTokens);
        var bound = MakespanBound.Of(workload, device, sharing);
        return policies.Select(policy =>
            PolicyResult.Of(policy.Name, workload, device, sharing, bound, policy.Run(workload, device)));
    }

    private static void Say(bool isSilent, string text)
    {
        if (!isSilent)
        {
            Console.WriteLine(text);
        }
    }
}
