using System.Runtime.ExceptionServices;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The row groups that are read, in their order: one whose rows are wanted, and those behind it whose first pages are
/// decompressed meanwhile. Two of them, because one is often decompressed by the time that the rows before it are read.
/// </summary>
/// <param name="parts">What is wanted of each.</param>
/// <param name="pages">Where their pages stand: without room there, none is opened ahead.</param>
/// <param name="open">Opens one at the first row that is wanted of it.</param>
internal sealed class RowGroupsAhead(
    IReadOnlyList<RowGroupPart> parts, PageBuffers pages, Func<RowGroupPart, ValueTask<RowGroupReader>> open)
    : IAsyncDisposable
{
    private const int MostAhead = 2;

    private readonly Queue<RowGroupReader> _ahead = new();
    private RowGroupReader? _current;
    private int _taken;

    /// <summary>What is wrong with a row group that is ahead, and which one: the last that is read.</summary>
    private ExceptionDispatchInfo? _fault;
    private int _broken;

    /// <summary>Goes to the next row group; there must be one.</summary>
    /// <exception cref="ParquetException">It is damaged.</exception>
    public async ValueTask<RowGroupReader> NextAsync()
    {
        if (_current is not null)
        {
            await _current.DisposeAsync();
            _current = null;
        }

        if (_taken == _broken)
        {
            _fault?.Throw();
        }

        _current = _ahead.Count > 0 ? _ahead.Dequeue() : await open(parts[_taken]);
        _taken++;
        return _current;
    }

    /// <summary>
    /// Has pages decompressed as far as there is room for them, those that are wanted first before others. What is wrong with
    /// a row group that is ahead is told when its turn comes.
    /// </summary>
    public async ValueTask LoadAheadAsync(CancellationToken cancellationToken)
    {
        await _current!.LoadAheadAsync(cancellationToken);
        if (_fault is not null || !_current.IsFull)
        {
            return;
        }

        _broken = _taken;
        try
        {
            foreach (var group in _ahead)
            {
                await group.LoadAheadAsync(cancellationToken);
                _broken++;
                if (!group.IsFull)
                {
                    // What the row groups behind it would take is room that it will want.
                    return;
                }
            }

            if (_ahead.Count < MostAhead && _broken < parts.Count && pages.HasRoomFor(bytes: 1))
            {
                _ahead.Enqueue(await open(parts[_broken]));
            }
        }
        catch (ParquetException exception)
        {
            _fault = ExceptionDispatchInfo.Capture(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var group in _ahead)
        {
            await group.DisposeAsync();
        }

        if (_current is not null)
        {
            await _current.DisposeAsync();
        }
    }
}
