using System.Diagnostics;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Compare;

/// <summary>
/// Drives two models over the same steps. Model A chooses the tokens, greedily; model B computes the same positions of the
/// same sequences, so that both distributions stand side by side at every position of A's completion.
/// </summary>
/// <remarks>
/// One plan serves both: sequences, slices and block tables are numbers, and each runner has its own memory behind them.
/// Saving A's logits and running B afterwards was rejected: 35 tokens of 1,000 rows over a vocabulary of 128,256 are 18 GB.
/// </remarks>
/// <param name="a">Chooses the tokens.</param>
/// <param name="b">Follows; of the same vocabulary.</param>
/// <param name="stopTokens">Ids that end a completion.</param>
public sealed class LockstepRun(CpuModelRunner a, CpuModelRunner b, IReadOnlySet<int> stopTokens)
{
    private readonly RunnerLimits _limits = Smaller(a.Limits, b.Limits);
    private readonly Step _step = new();
    private readonly int[] _choicesOfA = new int[a.Limits.StepSequenceBudget]; // [slices of the step used]
    private readonly int[] _choicesOfB = new int[b.Limits.StepSequenceBudget]; // [slices of the step used]
    private readonly Stopwatch _timeOfA = new();
    private readonly Stopwatch _timeOfB = new();

    /// <summary>Most positions of a sequence, prompt and completion together, that both models hold.</summary>
    public int ContextLength => _limits.ContextLength;

    /// <summary>Positions that each model computed in all runs.</summary>
    public long ComputedTokens { get; private set; }

    /// <summary>Time that model A took for them.</summary>
    public TimeSpan TimeOfA => _timeOfA.Elapsed;

    /// <summary>Time that model B took for them.</summary>
    public TimeSpan TimeOfB => _timeOfB.Elapsed;

    /// <summary>Completes prompts. Sampling parameters count only by their limit of tokens.</summary>
    /// <param name="requests">Prompts that leave room for their completions in <see cref="ContextLength"/>.</param>
    /// <param name="finish">Takes each row as it ends.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public void Run(
        IReadOnlyList<InferenceRequest> requests, Action<LockstepRow> finish, CancellationToken cancellationToken)
    {
        var scheduler = new Scheduler(_limits);
        var tallies = new Dictionary<Sequence, LockstepTally>();
        foreach (var request in requests)
        {
            var sequence = new Sequence(GreedyRequest.Of(request), request.Sampling.MaxTokens);
            tallies.Add(sequence, new LockstepTally(sequence));
            scheduler.Add(sequence);
        }

        while (scheduler.HasWork)
        {
            cancellationToken.ThrowIfCancellationRequested();
            scheduler.Plan(_step);
            RunBoth();
            foreach (var row in Accept(tallies))
            {
                scheduler.End(row.Sequence);
                finish(row.ToRow());
            }
        }
    }

    private void RunBoth()
    {
        _timeOfA.Start();
        a.Run(_step, _choicesOfA.AsSpan(0, _step.Slices.Count));
        _timeOfA.Stop();
        _timeOfB.Start();
        b.Run(_step, _choicesOfB.AsSpan(0, _step.Slices.Count));
        _timeOfB.Stop();
        ComputedTokens += _step.TokenCount;
    }

    private List<LockstepTally> Accept(Dictionary<Sequence, LockstepTally> tallies)
    {
        var ended = new List<LockstepTally>();
        var choice = 0;
        for (var i = 0; i < _step.Slices.Count; i++)
        {
            var sequence = _step.Slices[i].Sequence;
            if (_choicesOfA[i] != IModelRunner.NoToken)
            {
                var tally = tallies[sequence];
                var (tokenOfA, tokenOfB) = (_choicesOfA[i], _choicesOfB[i]);
                tally.Add(tokenOfA, tokenOfB, a.ChoiceLogits(choice), b.ChoiceLogits(choice));
                choice++;
                if (tally.IsOver(stopTokens))
                {
                    ended.Add(tally);
                }
            }
        }

        return ended;
    }

    private static RunnerLimits Smaller(RunnerLimits a, RunnerLimits b)
    {
        if (a.VocabularySize != b.VocabularySize || a.KvBlockTokens != b.KvBlockTokens)
        {
            throw new ArgumentException(
                $"The runners have vocabularies of {a.VocabularySize} and {b.VocabularySize} and KV blocks of " +
                $"{a.KvBlockTokens} and {b.KvBlockTokens} positions; expected the same.", nameof(b));
        }

        return a with
        {
            ContextLength = Math.Min(a.ContextLength, b.ContextLength),
            StepTokenBudget = Math.Min(a.StepTokenBudget, b.StepTokenBudget),
            StepSequenceBudget = Math.Min(a.StepSequenceBudget, b.StepSequenceBudget),
            KvBlockCount = Math.Min(a.KvBlockCount, b.KvBlockCount),
        };
    }
}
