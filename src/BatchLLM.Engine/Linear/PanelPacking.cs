using System.Buffers;
using System.Runtime.ExceptionServices;

namespace BatchLLM.Engine.Linear;

/// <summary>Turns output-major rows into column panels, some rows at a time and on all threads.</summary>
internal static class PanelPacking
{
    // Files that store weights input-major (ONNX) hold this many 4-bit outputs in one cache line; fewer would read it twice.
    private const int ChunkRows = 128;
    private const int Tile = 64;

    /// <summary>Reads whole rows from the first on.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Receives rows. // [rows, depth]</param>
    internal delegate void RowReader<T>(int firstRow, Span<T> rows);

    /// <summary>Takes a finished panel; may be called from several threads at once.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="values">Zero where the panel has more columns than there are rows. // [depth, width]</param>
    internal delegate void PanelTaker<T>(int panel, ReadOnlySpan<T> values);

    /// <summary>Packs all rows.</summary>
    /// <param name="rowCount">Rows, which become columns of panels.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="width">Columns of a panel; divides 128.</param>
    /// <param name="read">Where rows come from.</param>
    /// <param name="take">Where panels go.</param>
    /// <exception cref="BatchLLMException">What is read is damaged, as the reader or the taker found.</exception>
    public static void Pack<T>(int rowCount, int depth, int width, RowReader<T> read, PanelTaker<T> take)
        where T : unmanaged
    {
        try
        {
            Parallel.For(0, (rowCount + ChunkRows - 1) / ChunkRows, chunk =>
            {
                var first = chunk * ChunkRows;
                PackChunk(first, Math.Min(ChunkRows, rowCount - first), depth, width, read, take);
            });
        }
        catch (AggregateException e)
        {
            // One damaged weight is one sentence to the user, not a list of what every thread met.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static void PackChunk<T>(int first, int rows, int depth, int width, RowReader<T> read, PanelTaker<T> take)
        where T : unmanaged
    {
        var source = ArrayPool<T>.Shared.Rent(rows * depth);
        var panel = ArrayPool<T>.Shared.Rent(depth * width);
        read(first, source.AsSpan(0, rows * depth));
        for (var row = 0; row < rows; row += width)
        {
            var columns = Math.Min(width, rows - row);
            Transpose(source.AsSpan(row * depth, columns * depth), panel.AsSpan(0, depth * width), depth, width);
            take((first + row) / width, panel.AsSpan(0, depth * width));
        }

        ArrayPool<T>.Shared.Return(source);
        ArrayPool<T>.Shared.Return(panel);
    }

    private static void Transpose<T>(ReadOnlySpan<T> rows, Span<T> panel, int depth, int width)
        where T : unmanaged
    {
        var columns = rows.Length / depth;
        var done = 0;
        if (columns < width)
        {
            panel.Clear();
        }
        else if (TileTranspose.IsSupported)
        {
            done = TransposeTiles(rows, panel, depth, width);
        }

        for (var k = done; k < depth; k += Tile)
        {
            var count = Math.Min(Tile, depth - k);
            for (var column = 0; column < columns; column++)
            {
                var source = rows.Slice(column * depth + k, count);
                var target = panel[(k * width + column)..];
                for (var i = 0; i < source.Length; i++)
                {
                    target[i * width] = source[i];
                }
            }
        }
    }

    // Whole tiles of the element types that large weights have; returns how far k was done.
    private static unsafe int TransposeTiles<T>(ReadOnlySpan<T> rows, Span<T> panel, int depth, int width)
        where T : unmanaged
    {
        var tile = 16 / sizeof(T);
        if (sizeof(T) > 2)
        {
            return 0;
        }

        fixed (T* source = rows, target = panel)
        {
            for (var k = 0; k <= depth - tile; k += tile)
            {
                for (var column = 0; column < width; column += tile)
                {
                    var from = source + (nint)column * depth + k;
                    var to = target + (nint)k * width + column;
                    if (sizeof(T) == 1)
                    {
                        TileTranspose.Bytes((byte*)from, depth, (byte*)to, width);
                    }
                    else
                    {
                        TileTranspose.Shorts((ushort*)from, depth, (ushort*)to, width);
                    }
                }
            }
        }

        return depth / tile * tile;
    }
}
