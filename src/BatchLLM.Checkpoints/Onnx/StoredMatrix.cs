using System.Buffers;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A matrix of which rows are outputs, read row by row whatever its order in the file.</summary>
/// <param name="elements">The stored elements.</param>
/// <param name="layout">Where the matrix stands among them.</param>
/// <param name="columns">Elements of one row.</param>
internal sealed class StoredMatrix<T>(IElements<T> elements, MatrixLayout layout, int columns)
{
    // Columns that are turned at a time: a tile of 64 columns and 128 rows stays in the first cache.
    private const int TileColumns = 64;

    /// <summary>Reads rows.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="destination">Receives whole rows. // [rows, columns]</param>
    public void Read(int firstRow, Span<T> destination)
    {
        var rows = destination.Length / columns;
        var first = (long)layout.FirstOutput + firstRow;
        if (!layout.IsOutputMajor)
        {
            Turn(first, rows, destination);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            elements.Read((first + row) * layout.Stride, destination.Slice(row * columns, columns));
        }
    }

    // The rows wanted are a few neighbours in every stored column: each is read once for all of them.
    private void Turn(long first, int rows, Span<T> destination)
    {
        var tile = ArrayPool<T>.Shared.Rent(TileColumns * rows); // [columns of the tile, rows]
        for (var start = 0; start < columns; start += TileColumns)
        {
            var width = Math.Min(TileColumns, columns - start);
            for (var column = 0; column < width; column++)
            {
                elements.Read((start + column) * layout.Stride + first, tile.AsSpan(column * rows, rows));
            }

            for (var row = 0; row < rows; row++)
            {
                Gather(tile, row, rows, destination.Slice(row * columns + start, width));
            }
        }

        ArrayPool<T>.Shared.Return(tile);
    }

    private static void Gather(T[] tile, int row, int rows, Span<T> destination)
    {
        for (var column = 0; column < destination.Length; column++)
        {
            destination[column] = tile[column * rows + row];
        }
    }
}
