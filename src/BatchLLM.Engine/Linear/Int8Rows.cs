using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// A step's activations as integers of -127 to 127 with a scale per row, largest magnitude / 127, in the form that the kernel
/// multiplies: bytes raised by 128, or shorts.
/// </summary>
internal sealed unsafe class Int8Rows : IWorkItems, IDisposable
{
    private const int RowChunk = 8;
    private const float Largest = 127;
    private const int Lanes = 32;

    // Rows a power of two apart fall into the same few cache sets.
    private const int SpreadBytes = 64;

    private readonly AlignedBuffer<byte> _codes; // [rows, stride]
    private readonly AlignedBuffer<float> _scales; // [rows]
    private readonly AlignedBuffer<float> _scaled; // [workers, depth]
    private readonly int _scaledStride;
    private Matrix _input;
    private float[]? _factors;
    private IntegerForm _form;
    private int _depth;
    private int _rowCount;

    /// <summary>Allocates rows.</summary>
    /// <param name="rowCount">Most rows.</param>
    /// <param name="depth">Widest input.</param>
    /// <param name="workers">Threads.</param>
    public Int8Rows(int rowCount, int depth, int workers)
    {
        _scaledStride = (depth + Lanes - 1) / Lanes * Lanes;
        Stride = _scaledStride * sizeof(short) + SpreadBytes;
        _codes = new AlignedBuffer<byte>((long)rowCount * Stride);
        _scales = new AlignedBuffer<float>(rowCount);
        _scaled = new AlignedBuffer<float>((long)workers * _scaledStride);
    }

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => _form == IntegerForm.Shorts ? sizeof(short) : 1;

    /// <summary>A row's integers. What follows them, up to whole groups, meets weights of zero.</summary>
    public byte* Codes(int row) => _codes.Pointer + (long)row * Stride;

    /// <summary>What a row's integers are multiplied by.</summary>
    public float Scale(int row) => _scales.Pointer[row];

    /// <summary>Sets the next rows.</summary>
    /// <param name="input">// [rowCount, depth]</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="factors">What elements are multiplied by before they are rounded (AWQ), or null. // [depth]</param>
    /// <param name="form">What the kernel takes.</param>
    public Int8Rows Of(Matrix input, int rowCount, int depth, float[]? factors, IntegerForm form)
    {
        (_input, _rowCount, _depth, _factors, _form) = (input, rowCount, depth, factors, form);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Round(_factors is null ? _input[row] : Multiply(_input[row], _factors, _scaled.Pointer + (nint)worker * _scaledStride), row);
        }
    }

    private static float* Multiply(float* x, float[] factors, float* scaled)
    {
        for (var i = 0; i < factors.Length; i++)
        {
            scaled[i] = x[i] * factors[i];
        }

        return scaled;
    }

    // A row that is not finite gets a scale that is not, and so do its results: the sampler reports them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Round(float* x, int row)
    {
        var largest = RowMaximum.OfMagnitudes(x, _depth);
        _scales.Pointer[row] = largest / Largest;
        var inverse = Largest / largest;
        inverse = float.IsFinite(inverse) ? inverse : 0;
        var codes = Codes(row);
        var i = 0;
        for (; i <= _depth - Lanes; i += Lanes)
        {
            Store(Shorts(x + i, inverse), Shorts(x + i + Lanes / 2, inverse), codes + i * ElementBytes);
        }

        if (i < _depth)
        {
            var rest = stackalloc float[Lanes];
            new Span<float>(rest, Lanes).Clear();
            new ReadOnlySpan<float>(x + i, _depth - i).CopyTo(new Span<float>(rest, Lanes));
            Store(Shorts(rest, inverse), Shorts(rest + Lanes / 2, inverse), codes + i * ElementBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Shorts(float* x, float inverse) => Vector256.Narrow(Integers(x, inverse), Integers(x + 8, inverse));

    // Infinities and NaN become anything; their row's scale makes the result what it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Integers(float* x, float inverse) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(x) * inverse));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(Vector256<short> low, Vector256<short> high, byte* codes)
    {
        if (_form == IntegerForm.Shorts)
        {
            InQuads(low).Store((short*)codes);
            InQuads(high).Store((short*)codes + Lanes / 2);
        }
        else
        {
            (Vector256.Narrow(low, high).AsByte() ^ Vector256.Create((byte)0x80)).Store(codes);
        }
    }

    // Constant indices make one instruction of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> InQuads(Vector256<short> shorts) =>
        Vector256.Shuffle(shorts, Vector256.Create((short)0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15));

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _scaled.Dispose();
    }
}
