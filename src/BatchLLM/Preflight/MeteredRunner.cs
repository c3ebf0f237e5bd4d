using System.Runtime.InteropServices;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Preflight;

/// <summary>A runner whose steps are timed, and whose rows' tokens are counted also when they do not come to their end.</summary>
/// <param name="runner">Computes; disposed with this.</param>
/// <param name="rows">Rows of the window; their indices are below it.</param>
/// <param name="computed">Those of them that are computed: that can be served and are no copies.</param>
public sealed class MeteredRunner(IModelRunner runner, int rows, int computed) : IModelRunner
{
    private readonly Queue<Step> _inFlight = new();
    private readonly List<StepTiming> _steps = [];
    private readonly int[] _generated = new int[rows]; // [rows], by index in the window
    private readonly SortedSet<int> _started = []; // indices in the window

    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <summary>The steps so far. To be read once the run is over.</summary>
    public ReadOnlySpan<StepTiming> Steps => CollectionsMarshal.AsSpan(_steps);

    /// <summary>Rows that were begun, ascending. A row whose group has begun comes before its turn.</summary>
    public IReadOnlyCollection<int> Started => _started;

    /// <summary>Tokens generated for a row; of one that has ended, perhaps one more than it kept.</summary>
    public int Generated(int index) => _generated[index];

    /// <inheritdoc/>
    public void Begin(Step step)
    {
        runner.Begin(step);
        _inFlight.Enqueue(step);
    }

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens)
    {
        var time = runner.End(nextTokens);
        var (step, prompt) = (_inFlight.Dequeue(), 0);
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            prompt += Math.Clamp(slice.Sequence.PromptCount - slice.Start, 0, slice.Count);
            Count(slice, nextTokens[index]);
        }

        _steps.Add(new StepTiming(prompt, step.TokenCount - prompt, time.TotalSeconds, IsFed: _started.Count < computed));
        return time;
    }

    /// <inheritdoc/>
    public void Abandon()
    {
        runner.Abandon();
        _inFlight.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private void Count(StepSlice slice, int nextToken)
    {
        var index = slice.Sequence.Request.Index;
        _started.Add(index);
        if (nextToken >= 0)
        {
            _generated[index] = slice.Start + slice.Count - slice.Sequence.PromptCount + 1;
        }
    }
}
