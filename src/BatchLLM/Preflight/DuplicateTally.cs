using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>Counts rows that have prompt and sampling of an earlier one. Memory does not grow with the rows.</summary>
public sealed class DuplicateTally
{
    private const int Examples = 10;
    private readonly SortedList<(int File, long Row), (RowLocation Row, RowLocation First)> _first = [];
    private KeyedRow? _group;

    /// <summary>Rows that have an earlier one's prompt and sampling.</summary>
    public long Rows { get; private set; }

    /// <summary>Those of them that get the same completion, because they are greedy.</summary>
    public long GreedyRows { get; private set; }

    /// <summary>Different prompts among them.</summary>
    public long Groups { get; private set; }

    /// <summary>Prompt tokens of these rows: computed again although the same was computed before.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>The first few in input order, each with the first row like it.</summary>
    public IReadOnlyList<(RowLocation Row, RowLocation First)> FirstFew => [.. _first.Values];

    /// <summary>Takes a row and the first one like it; rows of one group follow each other.</summary>
    public void Add(in KeyedRow row, in KeyedRow first, RowLocation rowLocation, RowLocation firstLocation)
    {
        Rows++;
        GreedyRows += row.IsGreedy ? 1 : 0;
        Groups += _group is { } group && group.HasKeyOf(first) ? 0 : 1;
        PromptTokens += row.Tokens;
        _group = first;
        KeepIfEarly((row.File, row.Row), rowLocation, firstLocation);
    }

    private void KeepIfEarly((int File, long Row) place, RowLocation row, RowLocation first)
    {
        if (_first.Count < Examples || place.CompareTo(_first.GetKeyAtIndex(Examples - 1)) < 0)
        {
            _first.Add(place, (row, first));
        }

        if (_first.Count > Examples)
        {
            _first.RemoveAt(Examples);
        }
    }
}
