using System.Runtime.InteropServices;
using BatchLLM.Planning;

namespace BatchLLM.Cuda.Kernels;

/// <summary>How the tokens of a step are chosen, as <see cref="Choice"/> reads it. Reused from step to step.</summary>
internal sealed class ChoiceRows
{
    private const int None = -1;

    private readonly List<ChoiceRow> _rows = [];
    private readonly List<int> _tokens = [];
    private readonly List<int> _counts = [];
    private Dictionary<Sequence, TokenHistory> _histories = []; // of the step's rows with penalties
    private Dictionary<Sequence, TokenHistory> _before = []; // of the step before, but for those that are in this one

    /// <summary>// [rows]</summary>
    public ReadOnlySpan<ChoiceRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Distinct tokens of the rows with penalties, row after row.</summary>
    public ReadOnlySpan<int> PenaltyTokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>How often each was generated. // [PenaltyTokens.Length]</summary>
    public ReadOnlySpan<int> PenaltyCounts => CollectionsMarshal.AsSpan(_counts);

    /// <summary>A row that fills a step up: nobody reads its token.</summary>
    /// <param name="slot">Which slot receives it.</param>
    public static ChoiceRow Greedy(int slot) => new() { Slot = slot, TopP = 1, Repetition = 1, PendingSlot = None };

    /// <summary>Begins the next step. What its rows' tokens were counted to in the last one is kept.</summary>
    public void Clear()
    {
        _rows.Clear();
        _tokens.Clear();
        _counts.Clear();
        (_histories, _before) = (_before, _histories);
        _histories.Clear();
    }

    /// <summary>Lets go of all sequences.</summary>
    public void Forget()
    {
        _histories.Clear();
        _before.Clear();
    }

    /// <summary>Adds the next row.</summary>
    /// <param name="sequence">Its tokens and parameters.</param>
    /// <param name="slot">Which slot receives the token.</param>
    /// <param name="pendingSlot">Slot of the sequence's newest token where the device knows it and the sequence does not yet.</param>
    public void Add(Sequence sequence, int slot, int? pendingSlot = null)
    {
        var sampling = sequence.Request.Sampling;
        var start = _tokens.Count;
        if (sampling.HasPenalties)
        {
            AddHistory(sequence);
        }

        _rows.Add(new ChoiceRow
        {
            Seed = sampling.Seed,
            RowKey = sequence.Request.RowKey,
            TopP = sampling.TopP,
            InverseTemperature = sampling.IsGreedy ? 0 : (float)(1 / sampling.Temperature),
            TopK = sampling.TopK,
            Position = sequence.KnownCount + (pendingSlot is null ? 0 : 1),
            Slot = slot,
            Repetition = (float)sampling.RepetitionPenalty,
            Presence = (float)sampling.PresencePenalty,
            Frequency = (float)sampling.FrequencyPenalty,
            PenaltyStart = start,
            PenaltyCount = _tokens.Count - start,
            PendingSlot = pendingSlot ?? None,
        });
    }

    private void AddHistory(Sequence sequence)
    {
        var history = _before.Remove(sequence, out var known) ? known : new TokenHistory(sequence);
        _histories.Add(sequence, history);
        history.Grow(sequence);
        _tokens.AddRange(history.Tokens);
        _counts.AddRange(history.Counts);
    }
}
