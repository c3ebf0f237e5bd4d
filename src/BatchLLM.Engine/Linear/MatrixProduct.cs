using System.Runtime.CompilerServices;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>c = a Wᵀ or c += a Wᵀ over all rows of a step, cut into (row chunk, column panel) pieces. Reused.</summary>
internal sealed unsafe class MatrixProduct : IWorkItems
{
    // 32 tiles per widened run make widening cost about 2 %; 192 rows of 256 floats stay in the second-level cache.
    private const int RowChunk = 32 * PanelKernel.TileRows;

    // 256 x 16 floats fill half of a 32 KiB first-level cache, 128 x 64 two thirds of the 48 KiB that machines with 512-bit
    // vectors have. The cut changes no bits: accumulators are stored and loaded whole.
    private const int NarrowDepth = 256;
    private const int WideDepth = 128;
    private const int LineFloats = 16;

    private PackedMatrix _weights = null!;
    private Matrix _a;
    private Matrix _c;
    private int _rowCount;
    private bool _adds;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Sets the next product.</summary>
    /// <param name="weights">W.</param>
    /// <param name="a">Input. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    public MatrixProduct Of(PackedMatrix weights, Matrix a, Matrix c, int rowCount, bool adds = false)
    {
        (_weights, _a, _c, _rowCount, _adds) = (weights, a, c, rowCount, adds);
        Count = (rowCount + RowChunk - 1) / RowChunk * weights.PanelCount;
        return this;
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Run(int item, int worker)
    {
        // Panels vary fastest: consecutive pieces share the rows' chunk in the second-level cache.
        var (chunk, panel) = Math.DivRem(item, _weights.PanelCount);
        var block = stackalloc float[WideDepth * PanelKernel.WideWidth + LineFloats];
        var scratch = (float*)(((nuint)block + LineFloats * sizeof(float) - 1) & ~(nuint)(LineFloats * sizeof(float) - 1));
        var depth = _weights.Width == PanelKernel.WideWidth ? WideDepth : NarrowDepth;
        for (var k = 0; k < _weights.Depth; k += depth)
        {
            var count = Math.Min(depth, _weights.Depth - k);
            MultiplyRows(chunk, panel, k, count, _weights.Run(panel, k, count, scratch));
        }
    }

    private void MultiplyRows(int chunk, int panel, int k, int count, float* b)
    {
        var column = (nint)panel * _weights.Width;
        var last = Math.Min((chunk + 1) * RowChunk, _rowCount);
        for (var row = chunk * RowChunk; row < last; row += PanelKernel.TileRows)
        {
            PanelKernel.Multiply(
                _weights.Width, _a[row] + k, _a.Stride, b, _c[row] + column, _c.Stride,
                count, Math.Min(PanelKernel.TileRows, last - row), _adds || k > 0);
        }
    }
}
