using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Tests.Planning;

/// <summary>
/// A random window of rows with shared prefixes for a random, often tiny runner, driven as an engine drives it: rows are
/// added as they are needed and end after lengths of their own.
/// </summary>
internal sealed class GroupedWindow
{
    private readonly Queue<Sequence> _unfed = new();
    private readonly Dictionary<Sequence, int> _lengths = [];
    private readonly Queue<Step> _inFlight = new();
    private readonly HashSet<Sequence> _ended = [];

    /// <summary>Makes a window.</summary>
    /// <param name="random">Decides all of it.</param>
    /// <param name="isForeseen">True if some of the lengths are expected, rightly or wrongly.</param>
    /// <param name="stepsInFlight">Steps that may be planned before the first of them is finished.</param>
    /// <param name="runToLimits">True if every row gets as long as it may.</param>
    public GroupedWindow(Random random, bool isForeseen, int stepsInFlight = 1, bool runToLimits = false)
    {
        var blockTokens = random.Next(1, 6);
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            AddGroup(random, random.Next(1, 8), random.Next(0, 5) * blockTokens, isForeseen, runToLimits);
        }

        var least = All.Max(s => (s.PromptCount + s.MaxTokens - 2 + blockTokens) / blockTokens);
        var blocks = least + (random.Next(3) * random.Next(0, 30));
        Limits = new RunnerLimits(1000, 256, random.Next(1, 40), random.Next(1, 20), blockTokens, blocks, stepsInFlight);
        Scheduler = new Scheduler(Limits);
        Feed();
    }

    public RunnerLimits Limits { get; }

    public Scheduler Scheduler { get; }

    public List<Sequence> All { get; } = [];

    public List<Sequence> Ended { get; } = [];

    /// <summary>The step planned last.</summary>
    public Step Step { get; private set; } = new();

    public int InFlightCount => _inFlight.Count;

    /// <summary>Plans the next step only.</summary>
    public void Plan()
    {
        Step = new Step();
        Scheduler.Plan(Step);
        _inFlight.Enqueue(Step);
    }

    /// <summary>Takes in what the next step may admit.</summary>
    public void Feed()
    {
        Scheduler.EndFullyPlanned();
        while (Scheduler.WaitingCount < Limits.StepSequenceBudget && _unfed.TryDequeue(out var sequence))
        {
            Scheduler.Add(sequence);
        }
    }

    /// <summary>Takes the step that was planned first as computed.</summary>
    public void Finish()
    {
        foreach (var slice in _inFlight.Dequeue().Slices)
        {
            if (slice.ChoosesNext && slice.Sequence.AwaitedCount > 0 && !_ended.Contains(slice.Sequence))
            {
                Append(slice.Sequence);
            }
        }

        Feed();
    }

    private void Append(Sequence sequence)
    {
        sequence.Append(1);
        if (sequence.Generated.Length < _lengths[sequence])
        {
            return;
        }

        if (sequence.IsLive)
        {
            Scheduler.End(sequence);
        }

        _ended.Add(sequence);
        Ended.Add(sequence);
    }

    /// <summary>The planned step as text.</summary>
    public string Describe() => string.Join(' ', Step.Slices.Select(s => $"{s.Sequence.Request.Index}:{s.Start}+{s.Count}"));

    private void AddGroup(Random random, int rows, int length, bool isForeseen, bool runToLimits)
    {
        var prefix = length > 0 && rows > 1 ? new SharedPrefix(length, rows) : null;
        for (var row = 0; row < rows; row++)
        {
            var maxTokens = random.Next(1, 25);
            var prompt = new int[length + random.Next(1, 20)];
            var request = new InferenceRequest(All.Count, 0, prompt, new SamplingParameters { MaxTokens = maxTokens });
            var expected = isForeseen && random.Next(4) > 0 ? random.Next(1, 30) : 0;
            All.Add(new Sequence(request, maxTokens) { SharedPrefix = prefix, ExpectedTokens = expected });
            _lengths.Add(All[^1], runToLimits ? maxTokens : random.Next(1, maxTokens + 1));
            _unfed.Enqueue(All[^1]);
        }
    }
}
