using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// A step's activations as integers of -127 to 127 with a scale per row, largest magnitude / 127. They are kept as 16 bits,
/// which is what the product multiplies.
/// </summary>
internal sealed unsafe class Int8Rows : IWorkItems, IDisposable
{
    private const int RowChunk = 8;
    private const float Largest = 127;

    private readonly AlignedBuffer<short> _codes; // [rows, stride]
    private readonly AlignedBuffer<float> _scales; // [rows]
    private Matrix _input;
    private int _depth;
    private int _rowCount;

    /// <summary>Allocates rows.</summary>
    /// <param name="rowCount">Most rows.</param>
    /// <param name="depth">Widest input.</param>
    public Int8Rows(int rowCount, int depth)
    {
        Stride = (depth + 31) / 32 * 32 + 32;
        _codes = new AlignedBuffer<short>((long)rowCount * Stride);
        _scales = new AlignedBuffer<float>(rowCount);
    }

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>A row's integers; one zero follows an odd depth.</summary>
    public short* Codes(int row) => _codes.Pointer + (long)row * Stride;

    /// <summary>What a row's integers are multiplied by.</summary>
    public float Scale(int row) => _scales.Pointer[row];

    /// <summary>Sets the next rows.</summary>
    /// <param name="input">// [rowCount, depth]</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="depth">Elements of a row.</param>
    public Int8Rows Of(Matrix input, int rowCount, int depth)
    {
        (_input, _rowCount, _depth) = (input, rowCount, depth);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Round(_input[row], row);
        }
    }

    // A row that is not finite gets a scale that is not, and so do its results: the sampler reports them.
    private void Round(float* x, int row)
    {
        var largest = RowMaximum.OfMagnitudes(x, _depth);
        _scales.Pointer[row] = largest / Largest;
        var inverse = largest > 0 ? Largest / largest : 0;
        var codes = Codes(row);
        var i = 0;
        for (; i <= _depth - 16; i += 16)
        {
            var low = Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(x + i) * inverse));
            var high = Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(x + i + 8) * inverse));
            Vector256.Narrow(low, high).Store(codes + i);
        }

        for (; i < _depth; i++)
        {
            codes[i] = (short)MathF.Round(x[i] * inverse);
        }

        codes[_depth] = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
