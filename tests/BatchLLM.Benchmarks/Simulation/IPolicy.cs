using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>A way of cutting a workload into steps.</summary>
internal interface IPolicy
{
    /// <summary>Short, for tables.</summary>
    string Name { get; }

    /// <summary>Runs the workload to its end; the steps in order.</summary>
    List<StepRecord> Run(Workload workload, Device device);
}
