using System.Diagnostics;
using System.Text.Json;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Host.Bench;

/// <summary>Runs steps and adds up what they took and what they needed at least.</summary>
/// <param name="runner">Computes.</param>
/// <param name="times">Where its time goes; null if it does not tell.</param>
/// <param name="work">Counts what a step needs.</param>
/// <param name="limits">What the machine can do; null if that was not measured.</param>
/// <param name="cancellationToken">Looked at between steps.</param>
internal sealed class BenchSteps(
    IModelRunner runner, StepTimes? times, StepWork work, BenchLimits? limits, CancellationToken cancellationToken)
{
    private readonly int[] _next = new int[runner.Limits.StepSequenceBudget]; // [slices of the step used]
    private long _start;
    private TimeSpan _processorStart;
    private int _steps;
    private double _operations;
    private double _bytes;

    /// <summary>The runner's sizes.</summary>
    public RunnerLimits Limits => runner.Limits;

    /// <summary>Begins a phase.</summary>
    public void Begin()
    {
        (_steps, _operations, _bytes) = (0, 0, 0);
        times?.Reset();
        _processorStart = Environment.CpuUsage.TotalTime;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Runs a step; each sequence takes its token.</summary>
    public void Run(Step step)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (_operations, _bytes) = (_operations + work.Operations(step), _bytes + work.Bytes(step));
        var next = _next.AsSpan(0, step.Slices.Count);
        runner.Run(step, next);
        for (var i = 0; i < next.Length; i++)
        {
            if (step.Slices[i].ChoosesNext)
            {
                step.Slices[i].Sequence.Append(Finite(next[i]));
            }
        }

        _steps++;
    }

    /// <summary>Ends a phase.</summary>
    /// <param name="tokens">What counts as its tokens.</param>
    public BenchPhase End(long tokens)
    {
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return new BenchPhase(
            tokens,
            _steps,
            seconds,
            (Environment.CpuUsage.TotalTime - _processorStart).TotalSeconds,
            tokens / seconds,
            _operations / seconds / limits?.OperationsPerSecond,
            _bytes / seconds / limits?.BytesPerSecond,
            Parts(seconds));
    }

    private Dictionary<string, double> Parts(double seconds)
    {
        if (times is null)
        {
            return [];
        }

        var parts = Enum.GetValues<StepPart>().ToDictionary(
            part => JsonNamingPolicy.SnakeCaseLower.ConvertName(part.ToString()), part => times[part].TotalSeconds);
        parts["outside"] = seconds - parts.Values.Sum();
        return parts;
    }

    private static int Finite(int token) => token >= 0 ? token : throw new BatchLLMException(
        "The made-up model's logits are not finite numbers; expected some. A shape this deep or wide cannot be measured " +
        "with random weights: choose fewer layers.");
}
