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

    /// <summary>Makes a window.</summary>
    /// <param name="random">Decides all of it.</param>
    /// <param name="isForeseen">True if some of the lengths are expected, rightly or wrongly.</param>
    public GroupedWindow(Random random, bool isForeseen)
    {
        var blockTokens = random.Next(1, 6);
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            AddGroup(random, random.Next(1, 8), random.Next(0, 5) * blockTokens, isForeseen);
        }

        var least = All.Max(s => (s.PromptCount + s.MaxTokens - 2 + blockTokens) / blockTokens);
        var blocks = least + (random.Next(3) * random.Next(0, 30));
        Limits = new RunnerLimits(1000, 256, random.Next(1, 40), random.Next(1, 20), blockTokens, blocks);
        Scheduler = new Scheduler(Limits);
        Feed();
    }

    public RunnerLimits Limits { get; }

    public Scheduler Scheduler { get; }

    public List<Sequence> All { get; } = [];

    public List<Sequence> Ended { get; } = [];

    public Step Step { get; } = new();

    /// <summary>Plans the next step only.</summary>
    public void Plan() => Scheduler.Plan(Step);

    /// <summary>Takes the planned step as computed.</summary>
    public void Finish()
    {
        Scheduler.Complete(Step);
        foreach (var slice in Step.Slices.Where(slice => slice.Sequence.PendingCount == 0))
        {
            slice.Sequence.Append(1);
            if (slice.Sequence.Generated.Length == _lengths[slice.Sequence])
            {
                Scheduler.End(slice.Sequence);
                Ended.Add(slice.Sequence);
            }
        }

        Feed();
    }

    /// <summary>The planned step as text.</summary>
    public string Describe() => string.Join(' ', Step.Slices.Select(s => $"{s.Sequence.Request.Index}:{s.Start}+{s.Count}"));

    private void AddGroup(Random random, int rows, int length, bool isForeseen)
    {
        var prefix = length > 0 && rows > 1 ? new SharedPrefix(length, rows) : null;
        for (var row = 0; row < rows; row++)
        {
            var maxTokens = random.Next(1, 25);
            var prompt = new int[length + random.Next(1, 20)];
            var request = new InferenceRequest(All.Count, 0, prompt, new SamplingParameters { MaxTokens = maxTokens });
            var expected = isForeseen && random.Next(4) > 0 ? random.Next(1, 30) : 0;
            All.Add(new Sequence(request, maxTokens) { SharedPrefix = prefix, ExpectedTokens = expected });
            _lengths.Add(All[^1], random.Next(1, maxTokens + 1));
            _unfed.Enqueue(All[^1]);
        }
    }

    private void Feed()
    {
        while (Scheduler.WaitingCount < Limits.StepSequenceBudget && _unfed.TryDequeue(out var sequence))
        {
            Scheduler.Add(sequence);
        }
    }
}
