using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>c = a Wᵀ or c += a Wᵀ in integers, scaled once per result: row scale x (column scale x sum). Reused.</summary>
internal sealed unsafe class Int8Product : IWorkItems
{
    private const int RowChunk = 16 * Int8Kernel.TileRows;

    private PackedMatrix _weights = null!;
    private Int8Rows _a = null!;
    private Matrix _c;
    private int _rowCount;
    private bool _adds;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Sets the next product.</summary>
    /// <param name="weights">W, whose parts are all <see cref="Int8Panels"/>.</param>
    /// <param name="a">Input. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    public Int8Product Of(PackedMatrix weights, Int8Rows a, Matrix c, int rowCount, bool adds)
    {
        (_weights, _a, _c, _rowCount, _adds) = (weights, a, c, rowCount, adds);
        Count = (rowCount + RowChunk - 1) / RowChunk * weights.PanelCount;
        return this;
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Run(int item, int worker)
    {
        var (chunk, panel) = Math.DivRem(item, _weights.PanelCount);
        var (part, partPanel) = _weights.Part(panel);
        var store = (Int8Panels)part;
        var sums = stackalloc int[Int8Kernel.TileRows * Int8Kernel.TileColumns];
        var last = Math.Min((chunk + 1) * RowChunk, _rowCount);
        for (var strip = 0; strip < _weights.Width; strip += Int8Kernel.TileColumns)
        {
            var b = store.Panel(partPanel) + 2 * strip;
            var scales = store.Scales(partPanel) + strip;
            for (var row = chunk * RowChunk; row < last; row += Int8Kernel.TileRows)
            {
                var rows = Math.Min(Int8Kernel.TileRows, last - row);
                Int8Kernel.Multiply(_a.Codes(row), _a.Stride, b, 2 * _weights.Width, store.PairCount, rows, sums);
                Scale(sums, row, rows, scales, (nint)panel * _weights.Width + strip);
            }
        }
    }

    private void Scale(int* sums, int firstRow, int rows, float* scales, nint column)
    {
        for (var row = 0; row < rows; row++)
        {
            var scale = Vector256.Create(_a.Scale(firstRow + row));
            var c = _c[firstRow + row] + column;
            for (var j = 0; j < Int8Kernel.TileColumns; j += 8)
            {
                var sum = Vector256.ConvertToSingle(Vector256.Load(sums + row * Int8Kernel.TileColumns + j));
                var result = scale * (Vector256.Load(scales + j) * sum);
                (_adds ? Vector256.Load(c + j) + result : result).Store(c + j);
            }
        }
    }
}
