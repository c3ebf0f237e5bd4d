namespace BatchLLM.Parquet.Reading;

/// <summary>
/// A file of which some parts are known to be wanted: small ones that stand close together are read at once and held, so
/// that a blob is asked once and not once for each column; anything else is read as it is asked for.
/// </summary>
internal sealed class CoalescedSource : IParquetSource
{
    private readonly IParquetSource _source;
    private readonly List<ByteRange> _blocks;
    private readonly byte[]?[] _held;

    /// <summary>Plans the reads; nothing is read yet.</summary>
    /// <param name="source">The file.</param>
    /// <param name="wanted">The parts; may be empty and may overlap.</param>
    public CoalescedSource(IParquetSource source, IEnumerable<ByteRange> wanted)
    {
        (_source, _blocks) = (source, Blocks(wanted));
        _held = new byte[]?[_blocks.Count];
    }

    /// <inheritdoc/>
    public long Length => _source.Length;

    /// <summary>The parts that are read at once: more than one that is wanted, close together, and not large.</summary>
    public static List<ByteRange> Blocks(IEnumerable<ByteRange> wanted)
    {
        // A request costs a remote store about as much as a hundred kilobytes; held blocks must stay small beside pages.
        const int MostGap = 16 << 10;
        const int MostBytes = 1 << 20;
        var blocks = new List<(ByteRange Range, int Parts)>();
        foreach (var range in wanted.Where(range => range.Length > 0).OrderBy(range => range.Start))
        {
            var (before, parts) = blocks.Count > 0 ? blocks[^1] : default;
            var end = Math.Max(range.End, before.End);
            if (parts > 0 && range.Start - before.End <= MostGap && end - before.Start <= MostBytes)
            {
                blocks[^1] = (before with { End = end }, parts + 1);
            }
            else
            {
                blocks.Add((range, 1));
            }
        }

        return [.. blocks.Where(block => block.Parts > 1).Select(block => block.Range)];
    }

    /// <inheritdoc/>
    public async ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var asked = new ByteRange(offset, offset + buffer.Length);
        var index = _blocks.FindIndex(block => block.Contains(asked));
        if (index < 0)
        {
            await _source.ReadExactlyAsync(offset, buffer, cancellationToken);
            return;
        }

        var block = _held[index] ?? await HoldAsync(index, cancellationToken);
        block.AsMemory((int)(offset - _blocks[index].Start), buffer.Length).CopyTo(buffer);
    }

    private async ValueTask<byte[]> HoldAsync(int index, CancellationToken cancellationToken)
    {
        var block = new byte[_blocks[index].Length];
        await _source.ReadExactlyAsync(_blocks[index].Start, block, cancellationToken);
        return _held[index] = block;
    }
}
