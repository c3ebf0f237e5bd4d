namespace BatchLLM.Parquet.Encodings;

/// <summary>Where delta-packed integers end, of which perhaps only the beginning is here.</summary>
/// <remarks>Source: Encodings.md of the format, DELTA_BINARY_PACKED; see <see cref="DeltaIntegers"/>.</remarks>
internal ref struct DeltaExtent
{
    private const int MaxBitWidth = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private long _position;

    private DeltaExtent(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Finds the end.</summary>
    /// <param name="bytes">Begin with the integers.</param>
    /// <param name="end">Index of the byte behind them.</param>
    /// <returns>False if they go on behind these bytes, or are broken: who reads them says so.</returns>
    public static bool TryFind(ReadOnlySpan<byte> bytes, out int end)
    {
        var extent = new DeltaExtent(bytes);
        var isFound = extent.TryPassAll() && extent._position <= bytes.Length;
        end = isFound ? (int)extent._position : 0;
        return isFound;
    }

    private bool TryPassAll()
    {
        if (!TryRead(out var perBlock) || !TryRead(out var miniblocks) || !TryRead(out var count) || !TryRead(out _)
            || perBlock is 0 or > int.MaxValue || miniblocks == 0 || miniblocks > perBlock || count > int.MaxValue)
        {
            return false;
        }

        for (var left = (long)count - 1; left > 0; left -= (long)perBlock)
        {
            if (!TryPassBlock((int)miniblocks, (long)(perBlock / miniblocks), left))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryPassBlock(int miniblocks, long valuesPerMiniblock, long left)
    {
        if (!TryRead(out _) || miniblocks > _bytes.Length - _position)
        {
            return false;
        }

        var widths = _bytes.Slice((int)_position, miniblocks);
        _position += miniblocks;
        for (var i = 0; i < miniblocks && left > 0; i++, left -= valuesPerMiniblock)
        {
            _position += Math.Min(MaxBitWidth, (int)widths[i]) * valuesPerMiniblock / 8;
        }

        return true;
    }

    private bool TryRead(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _bytes.Length)
            {
                return false;
            }

            var next = _bytes[(int)_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
