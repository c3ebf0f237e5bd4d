using System.Diagnostics;
using BatchLLM.GpuCheck.Timing;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>
/// Looks at the steps of an engine: lets the rows of the start be computed, measures some seconds of what follows, then has each
/// kernel of some steps measured, and ends the run. Told on the computing thread, read when the run has ended.
/// </summary>
/// <param name="times">Of the phases.</param>
/// <param name="startTokens">Prompt tokens of the rows of the start.</param>
/// <param name="device">Measures kernels.</param>
/// <param name="busy">Grows while steps are computed.</param>
/// <param name="end">Ends the run.</param>
internal sealed class StepMeter(MeterTimes times, long startTokens, TimedDevice device, BusyTime busy, Action end) : IProgress<StepReport>
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private Phase _phase;
    private long _prompt; // tokens of all steps
    private long _start; // of the measured time
    private TimeSpan _busyBefore; // the measured time

    private enum Phase
    {
        Filling,
        Measuring,
        Kernels,
        Over,
    }

    /// <summary>The measured steps.</summary>
    public List<StepReport> Steps { get; } = [];

    /// <summary>Steps whose kernels were measured.</summary>
    public List<StepReport> KernelSteps { get; } = [];

    /// <summary>Seconds before the measured time.</summary>
    public double FillSeconds { get; private set; }

    /// <summary>Of the measured steps.</summary>
    public double Seconds { get; private set; }

    /// <summary>Of these, those in which the device computed.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>False if the rows of the start took longer than they may.</summary>
    public bool IsSteady { get; private set; }

    /// <inheritdoc/>
    public void Report(StepReport value)
    {
        var now = Stopwatch.GetTimestamp();
        switch (_phase)
        {
            case Phase.Filling:
                Fill(value, now);
                break;
            case Phase.Measuring:
                Measure(value, now);
                break;
            case Phase.Kernels:
                KernelSteps.Add(value);
                EndIf(KernelSteps.Count >= times.KernelSteps || value.Waiting == 0);
                break;
        }
    }

    private void Fill(StepReport step, long now)
    {
        _prompt += step.PromptPositions;
        IsSteady = _prompt >= startTokens;
        FillSeconds = Stopwatch.GetElapsedTime(_begin, now).TotalSeconds;
        if (IsSteady || FillSeconds >= times.FillSeconds)
        {
            (_phase, _start, _busyBefore) = (Phase.Measuring, now, busy.Total);
        }
    }

    // Once no row waits, the last ones end one after the other, and that is no steady state; and kernels need some steps, too.
    private void Measure(StepReport step, long now)
    {
        Steps.Add(step);
        Seconds = Stopwatch.GetElapsedTime(_start, now).TotalSeconds;
        BusySeconds = (busy.Total - _busyBefore).TotalSeconds;
        if (Seconds >= times.MeasureSeconds || step.Waiting <= step.Live)
        {
            (_phase, device.IsTiming) = (Phase.Kernels, true);
        }
    }

    private void EndIf(bool isOver)
    {
        if (isOver)
        {
            (_phase, device.IsTiming) = (Phase.Over, false);
            end();
        }
    }
}
