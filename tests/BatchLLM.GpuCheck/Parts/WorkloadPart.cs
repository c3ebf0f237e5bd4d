using System.Diagnostics;
using BatchLLM.GpuCheck.Reports;
using BatchLLM.GpuCheck.Workloads;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>Workloads of a model, one after the other, each with its share of the time that is left.</summary>
/// <param name="open">Makes the model; first, so that its time is the part's.</param>
/// <param name="ceilings">What the GPU can do.</param>
/// <param name="deadline">Of the part.</param>
/// <param name="leastBusy">Share of the time in which steps have to be computed.</param>
/// <param name="mostRows">Of a workload.</param>
internal sealed class WorkloadPart(Func<ModelSession> open, Ceilings ceilings, Deadline deadline, double leastBusy, int mostRows = int.MaxValue) : IDisposable
{
    // Most of the share may go into the rows of the start; what they leave, the workloads after get.
    private const double FillShare = 0.65;
    private const double MeasureShare = 0.25;
    private const double MostMeasureSeconds = 15;
    private const double LeastSeconds = 4;
    private const int KernelSteps = 24;

    private readonly Lazy<ModelSession> _session = new(open);

    /// <summary>Makes the model.</summary>
    public IEnumerable<CheckResult> Open(string name)
    {
        var start = Stopwatch.GetTimestamp();
        var session = _session.Value;
        yield return CheckResult.Measured(
            $"{name} made, its products tried", Stopwatch.GetElapsedTime(start).TotalSeconds, "s",
            $"{Figure.Of(session.WeightBytes / 1e9)} GB of weights, cache of {(long)session.Limits.KvBlockCount * session.Limits.KvBlockTokens} positions");
        yield return CheckResult.Of("roofline", true, ceilings.ToString());
    }

    /// <summary>Measures a workload.</summary>
    /// <param name="workload">Which.</param>
    /// <param name="pieces">Workloads that are still to be measured, this one among them.</param>
    public IReadOnlyList<CheckResult> Measure(Workload workload, int pieces)
    {
        var share = deadline.Share(pieces);
        return share < LeastSeconds
            ? [CheckResult.Of(workload.Name, false, "not measured: the time of this part was over")]
            : [.. new WorkloadSpeed(_session.Value, ceilings, leastBusy).Run(workload, new MeterTimes(
                FillShare * share, Math.Min(MostMeasureSeconds, MeasureShare * share), KernelSteps, mostRows))];
    }

    /// <summary>Measures a long row.</summary>
    public IEnumerable<CheckResult> MeasureLong(Workload workload) => new LongContext(_session.Value, ceilings).Run(workload);

    /// <summary>Measures groups that share a prefix beside rows that share nothing.</summary>
    /// <param name="shared">The groups.</param>
    /// <param name="pieces">Workloads that are still to be measured, both among them.</param>
    public IEnumerable<CheckResult> MeasureSharing(Workload shared, int pieces)
    {
        var with = Measure(shared, pieces);
        var without = Measure(shared with { SharedTokens = 0, GroupRows = 1 }, pieces - 1);
        return [.. with, .. without, new CheckResult(
            $"{shared.Name}: of the rate without sharing", double.IsFinite(with[0].Value / without[0].Value), with[0].Value / without[0].Value, "times", "")];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_session.IsValueCreated)
        {
            _session.Value.Dispose();
        }
    }
}
