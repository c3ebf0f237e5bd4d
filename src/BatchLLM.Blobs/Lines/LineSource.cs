using System.Collections.Concurrent;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Lines;

/// <summary>
/// Opens a file's lines where a range begins. Compressed text can only be read from its start: who has read a range of it
/// leaves the reader here, and the next range goes on from there instead of decompressing all that stands before it.
/// </summary>
/// <remarks>
/// Ranges of one compressed file take turns, because they share that reader; asked for in order, as shards are leased, they
/// decompress the file once in each worker. One range a file was rejected: its rows would be in memory all at once, and
/// lost all at once in a crash.
/// </remarks>
/// <param name="content">The files' text.</param>
/// <param name="maxLineBytes">Lines longer than this are not kept.</param>
/// <param name="newScan">What a line is.</param>
internal sealed class LineSource(TextContent content, int maxLineBytes, Func<ILineScan> newScan)
{
    // Files are read one after the other; more than one are being read only where they are short.
    private const int MostKept = 4;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly List<(string Uri, LineReader Lines)> _kept = []; // at most one a file, the oldest first

    /// <summary>A reader that stands before a range's first line; to be given to <see cref="CloseAsync"/>.</summary>
    /// <exception cref="BatchLLMException">The file is missing or damaged.</exception>
    public async ValueTask<LineReader> OpenAsync(string uri, RowRange range, CancellationToken cancellationToken)
    {
        if (!DataFormats.IsCompressed(uri))
        {
            return await BeginAsync(uri, range, cancellationToken);
        }

        await TurnOf(uri).WaitAsync(cancellationToken);
        try
        {
            return await GoOnAsync(uri, range, cancellationToken) ?? await BeginAsync(uri, range, cancellationToken);
        }
        catch
        {
            TurnOf(uri).Release();
            throw;
        }
    }

    /// <summary>Takes a reader back.</summary>
    /// <param name="uri">Its file.</param>
    /// <param name="lines">The reader.</param>
    /// <param name="isAtRangeEnd">True if it stands behind the last line of its range, so that it can go on.</param>
    public async ValueTask CloseAsync(string uri, LineReader lines, bool isAtRangeEnd)
    {
        if (!DataFormats.IsCompressed(uri))
        {
            await lines.DisposeAsync();
            return;
        }

        var surplus = isAtRangeEnd ? Keep(uri, lines) : lines;
        TurnOf(uri).Release();
        if (surplus is not null)
        {
            await surplus.DisposeAsync();
        }
    }

    private SemaphoreSlim TurnOf(string uri) => _turns.GetOrAdd(uri, _ => new SemaphoreSlim(1));

    private async ValueTask<LineReader> BeginAsync(string uri, RowRange range, CancellationToken cancellationToken) => new(
        await content.OpenAsync(uri, range.ByteOffset, cancellationToken), range.FirstLine, maxLineBytes, newScan());

    /// <summary>The kept reader of a file, moved on to a range; null if there is none, or it stands behind that.</summary>
    private async ValueTask<LineReader?> GoOnAsync(string uri, RowRange range, CancellationToken cancellationToken)
    {
        if (Take(uri) is not { } lines)
        {
            return null;
        }

        try
        {
            while (lines.NextOffset < range.ByteOffset && await lines.MoveNextAsync(cancellationToken))
            {
            }
        }
        catch
        {
            await lines.DisposeAsync();
            throw;
        }

        if (lines.NextOffset == range.ByteOffset)
        {
            return lines;
        }

        await lines.DisposeAsync();
        return null;
    }

    private LineReader? Take(string uri)
    {
        lock (_lock)
        {
            var at = _kept.FindIndex(kept => kept.Uri == uri);
            var lines = at < 0 ? null : _kept[at].Lines;
            _kept.RemoveAll(kept => kept.Uri == uri);
            return lines;
        }
    }

    /// <summary>Keeps a reader; returns the one that has to go for it.</summary>
    private LineReader? Keep(string uri, LineReader lines)
    {
        lock (_lock)
        {
            var oldest = _kept.Count == MostKept ? _kept[0].Lines : null;
            _kept.RemoveRange(0, oldest is null ? 0 : 1);
            _kept.Add((uri, lines));
            return oldest;
        }
    }
}
