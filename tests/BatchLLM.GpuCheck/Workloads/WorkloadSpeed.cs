using System.Globalization;
using BatchLLM.GpuCheck.Reports;
using BatchLLM.GpuCheck.Timing;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>How fast a model runs a workload, how near to what the GPU can do, and where the time goes.</summary>
/// <param name="session">The model.</param>
/// <param name="ceilings">What the GPU can do.</param>
/// <param name="leastBusy">Share of the time in which steps have to be computed.</param>
internal sealed class WorkloadSpeed(ModelSession session, Ceilings ceilings, double leastBusy)
{
    private const double LeastShare = 0.005;

    private readonly Roofline _roofline = new(session.Config, ceilings);

    /// <summary>Measures it. The first result is the output's rate.</summary>
    public IEnumerable<CheckResult> Run(Workload workload, MeterTimes times)
    {
        var concurrent = session.ConcurrentRows(workload);
        var rows = new WorkloadRows(workload, session.Config.VocabularySize, concurrent);
        var run = Measure(rows.Make(RowCount(workload, times, concurrent)), times, rows.StartTokens);
        if (run.Meter.Steps.Count == 0)
        {
            yield return CheckResult.Of($"{workload.Name}: output", false, "not measured: its rows ended before their steady state");
            yield break;
        }

        yield return Rate(workload, run);
        yield return CheckResult.Measured(
            $"{workload.Name}: share of the roofline", 100 * run.LeastSeconds(_roofline, workload) / run.Meter.Seconds, "%",
            $"of {Figure.Of(run.Output / run.LeastSeconds(_roofline, workload))} tokens/s for these steps");
        yield return Busy(workload, run.Meter);
        foreach (var kernel in Kernels(workload, run))
        {
            yield return kernel;
        }
    }

    private WorkloadTimes Measure(IReadOnlyList<InferenceRequest> rows, MeterTimes times, long startTokens)
    {
        using var end = new CancellationTokenSource();
        var meter = new StepMeter(times, startTokens, session.Device, session.Busy, end.Cancel);
        session.Run(rows, meter, end.Token);
        return new WorkloadTimes(meter, session.Device.Take());
    }

    // As many as the fastest GPU could begin, and some that still wait when kernels are measured.
    private int RowCount(Workload workload, MeterTimes times, int concurrent) => (int)Math.Min(
        times.MostRows, 2 * concurrent + (times.FillSeconds + times.MeasureSeconds) / _roofline.RowSeconds(workload));

    private static CheckResult Rate(Workload workload, WorkloadTimes run)
    {
        var meter = run.Meter;
        var text = string.Create(CultureInfo.InvariantCulture, $"{meter.Steps.Count} steps in {meter.Seconds:0.0} s after {meter.FillSeconds:0.0} s, ")
            + string.Create(CultureInfo.InvariantCulture, $"{meter.Steps.Average(step => step.Live):0} rows, {run.Prompt / run.Output:0.00} prompt tokens for each ")
            + string.Create(CultureInfo.InvariantCulture, $"(steady: {workload.ComputedPromptTokens / workload.OutputTokens:0.00})")
            + (meter.IsSteady ? "" : "; begun before all rows of the start were computed");
        return CheckResult.Measured($"{workload.Name}: output", run.OutputRate, "tokens/s", text) with { Published = workload.Published };
    }

    private CheckResult Busy(Workload workload, StepMeter meter)
    {
        var share = meter.BusySeconds / meter.Seconds;
        return new CheckResult(
            $"{workload.Name}: steps are computed", share >= leastBusy, 100 * share, "%", $"of the time, by events of the device; at least {100 * leastBusy} are expected");
    }

    private IEnumerable<CheckResult> Kernels(Workload workload, WorkloadTimes run)
    {
        var steps = run.Meter.KernelSteps;
        var (prompt, output) = (steps.Sum(step => (double)step.PromptPositions), steps.Sum(step => (double)step.GeneratedTokens));
        var attention = new AttentionWork(session.Config, _roofline, workload);
        var all = run.Kernels.Sum(time => time.Milliseconds);
        if (steps.Count > 0)
        {
            // Held against other steps of the same kind, in which nothing was measured; what is missing waits for the host.
            var (perStep, wholeStep) = (all / steps.Count, run.Meter.Seconds * 1000 / run.Meter.Steps.Count);
            yield return CheckResult.Measured(
                $"{workload.Name}: kernels of a step", 100 * perStep / wholeStep, "%",
                $"{Figure.Of(perStep)} of {Figure.Of(wholeStep)} ms, what lies between them left out");
        }

        foreach (var time in run.Kernels.Where(time => time.Milliseconds >= LeastShare * all))
        {
            yield return Share(workload, attention.With(time, prompt, output), all);
        }
    }

    private static CheckResult Share(Workload workload, KernelTime time, double allMilliseconds) => CheckResult.Measured(
        $"{workload.Name}: {time.Name}", 100 * time.Milliseconds / allMilliseconds, CheckResult.ShareOfTime,
        string.Join(", ", new[]
        {
            time.Work.Operations > 0 ? $"{Figure.Of(time.Work.Operations / time.Milliseconds / 1e9)} TFLOP/s" : "",
            time.Work.Bytes > 0 ? $"{Figure.Of(time.Work.Bytes / time.Milliseconds / 1e6)} GB/s" : "",
            $"{Figure.Of(time.Milliseconds * 1000 / time.Launches)} us each",
        }.Where(text => text.Length > 0)));
}
