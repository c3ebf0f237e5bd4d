using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Panels of 4-bit codes, INT4 or E2M1, that are multiplied with bytes: a weight is a small integer, code minus zero point or
/// twice an E2M1 value, times its block's scale. Integers are summed over groups of 32 k, of 16 where scales change every 16.
/// </summary>
internal sealed unsafe class Int4x8Panels : IIntegerPanels
{
    private const int StripColumns = IntegerTile.StripColumns;
    private const int Quad = 4;
    private const int DoubledRaise = 12;
    private const int PairBytes = 2 * Quad * StripColumns / 2;

    private static readonly byte[] NoCodes = new byte[StripColumns];

    private readonly AlignedBuffer<byte> _codes; // [panels, strips, groups, pairs of quads, 16, 4]: low nibbles the first quad
    private readonly AlignedBuffer<byte> _zeroPoints; // [panels, strips, blocks, 16]; INT4
    private readonly AlignedBuffer<float> _scales; // [panels, strips, blocks, 16]; INT4
    private readonly AlignedBuffer<byte> _smallScales; // [panels, strips, blocks, 16]; E4M3 of NVFP4
    private readonly Vector256<sbyte> _integers; // What codes stand for, twice.
    private readonly float _factor;
    private readonly bool _isInt4;
    private readonly int _blocks;
    private readonly int _groupsOfBlock;
    private readonly int _groupQuads;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    /// <param name="weight">INT4 or NVFP4, with blocks of whole 16s.</param>
    /// <param name="width">Columns of a panel, a multiple of 16.</param>
    public Int4x8Panels(LinearWeight weight, int width)
    {
        (_blocks, _width, _isInt4) = (weight.BlockCount, width, weight.Format == WeightFormat.Int4);
        var depth = GroupDepth(weight.BlockSize);
        (_groupQuads, _groupsOfBlock) = (depth / Quad, weight.BlockSize / depth);
        StepCount = (weight.InputCount + depth - 1) / depth;
        _factor = Factor(weight);
        _integers = Integers(_isInt4);
        var columns = (long)(weight.OutputCount + width - 1) / width * width;
        _codes = new AlignedBuffer<byte>(columns * StepCount * depth / 2);
        _zeroPoints = new AlignedBuffer<byte>(_isInt4 ? columns * _blocks : 0);
        _scales = new AlignedBuffer<float>(_isInt4 ? columns * _blocks : 0);
        _smallScales = new AlignedBuffer<byte>(_isInt4 ? 0 : columns * _blocks);
        PanelPacking.Pack<float>(weight.OutputCount, _blocks, width, weight.ReadScales, PackScales);
        if (_isInt4)
        {
            PanelPacking.Pack<byte>(weight.OutputCount, _blocks, width, weight.ReadZeroPoints, PackZeroPoints);
        }

        PanelPacking.Pack<byte>(weight.OutputCount, weight.InputCount, width, weight.ReadCodes, PackCodes);
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.Length + _zeroPoints.Length + _scales.Length * sizeof(float) + _smallScales.Length;

    /// <inheritdoc/>
    public int StepCount { get; }

    /// <inheritdoc/>
    public int StepDepth => Quad * _groupQuads;

    /// <summary>k that are summed in integers: 32, or 16 where a block is not whole 32s.</summary>
    /// <param name="blockSize">k that share a scale, a multiple of 16.</param>
    public static int GroupDepth(int blockSize) => blockSize % 32 == 0 ? 32 : 16;

    /// <summary>What a layer's sums are multiplied by beside their blocks' scales.</summary>
    public static float Factor(LinearWeight weight) => weight.Format == WeightFormat.Int4 ? 1 : weight.GlobalScale / 2;

    /// <inheritdoc/>
    public IIntegerKernel Kernel(IntegerKernels kernels, int rowCount) => kernels.GroupSums(_isInt4, _groupQuads, rowCount);

    /// <inheritdoc/>
    public int ExpandedStepBytes(IIntegerKernel kernel) =>
        kernel.ReadsCodes ? CodeStreamTile.HeadBytes : GroupRecord.Bytes(_groupQuads, kernel.Form);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Steps(int strip, int first, int count, IIntegerKernel kernel, byte* scratch)
    {
        var (bytes, form, readsCodes) = (ExpandedStepBytes(kernel), kernel.Form, kernel.ReadsCodes);
        for (var i = 0; i < count; i++)
        {
            var record = scratch + i * bytes;
            var place = ((long)strip * _blocks + (first + i) / _groupsOfBlock) * StripColumns;
            ExpandScales(place, GroupRecord.Scales(record));
            if (readsCodes)
            {
                ExpandOffsets(place, (int*)(record + bytes / 2));
            }
            else
            {
                var zeroPoints = _isInt4 ? _zeroPoints.Pointer + place : null;
                GroupExpansion.Expand(Codes(strip, first + i), _integers, zeroPoints, _groupQuads, form, record);
            }
        }

        return scratch;
    }

    /// <inheritdoc/>
    public byte* Codes(int strip, int step) =>
        _codes.Pointer + ((long)strip * StepCount + step) * (_groupQuads / 2 * PairBytes);

    /// <inheritdoc/>
    public void Start(int strip, IntegerForm form, int* sums) => new Span<int>(sums, StripColumns).Clear();

    /// <inheritdoc/>
    public void Scale(int strip, int* sums, float rowScale, float* c, bool adds)
    {
        var row = Vector256.Create(rowScale);
        for (var j = 0; j < StripColumns; j += 8)
        {
            var result = row * (Vector256.Create(_factor) * Vector256.Load((float*)sums + j));
            (adds ? Vector256.Load(c + j) + result : result).Store(c + j);
        }
    }

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        var scales = stackalloc float[StripColumns];
        for (var i = 0; i < count * _width; i++)
        {
            var (at, column) = (k + i / _width, panel * _width + i % _width);
            var (strip, j) = Math.DivRem(column, StripColumns);
            var block = ((long)strip * _blocks + at / (StepDepth * _groupsOfBlock)) * StripColumns;
            ExpandScales(block, scales);
            var pair = Codes(strip, at / StepDepth)[at % StepDepth / (2 * Quad) * PairBytes + j * Quad + at % Quad];
            var integer = _integers[at / Quad % 2 == 0 ? pair & 15 : pair >> 4] - (_isInt4 ? _zeroPoints.Pointer[block + j] : 0);
            scratch[i] = _isInt4 ? integer * scales[j] : integer * 0.5f * scales[j] * (2 * _factor);
        }

        return scratch;
    }

    /// <inheritdoc/>
    public float* Scales(int panel) => null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExpandScales(long at, float* scales)
    {
        for (var j = 0; j < StripColumns; j += 8)
        {
            (_isInt4 ? Vector256.Load(_scales.Pointer + at + j) : SmallFloats.DecodeE4M3(_smallScales.Pointer + at + j)).Store(scales + j);
        }
    }

    // What a code is above its integer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExpandOffsets(long at, int* offsets)
    {
        for (var j = 0; j < StripColumns; j += 8)
        {
            (_isInt4 ? SmallFloats.Widen(_zeroPoints.Pointer + at + j) : Vector256.Create(DoubledRaise)).Store(offsets + j);
        }
    }

    /// <summary>What E2M1 codes stand for, doubled and raised to be unsigned. // [16]</summary>
    public static byte[] RaisedDoubles() =>
        [.. Enumerable.Range(0, 16).Select(code => (byte)(2 * E2M1.Decode((byte)code) + DoubledRaise))];

    private static Vector256<sbyte> Integers(bool isInt4)
    {
        var values = Enumerable.Range(0, 16).Select(code => isInt4 ? (sbyte)code : (sbyte)(2 * E2M1.Decode((byte)code)));
        return Vector256.Create([.. values, .. values]);
    }

    // Place of a column's value of a block. // [strips, blocks, 16]
    private long Place(int column, int block) =>
        ((long)(column / StripColumns) * _blocks + block) * StripColumns + column % StripColumns;

    private void PackScales(int panel, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var place = Place(panel * _width + i % _width, i / _width);
            if (_isInt4)
            {
                _scales.Pointer[place] = values[i];
            }
            else
            {
                _smallScales.Pointer[place] = E4M3.Encode(values[i]);
            }
        }
    }

    private void PackZeroPoints(int panel, ReadOnlySpan<byte> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _zeroPoints.Pointer[Place(panel * _width + i % _width, i / _width)] = values[i];
        }
    }

    private void PackCodes(int panel, ReadOnlySpan<byte> values)
    {
        for (var strip = 0; strip < _width / StripColumns; strip++)
        {
            for (var k = 0; k < StepCount * StepDepth; k++)
            {
                var row = k * _width + strip * StripColumns;
                var codes = row < values.Length ? values.Slice(row, StripColumns) : Padding(panel * _width / StripColumns + strip);
                PackRow(codes, panel * _width / StripColumns + strip, k);
            }
        }
    }

    // Beyond the last k weights are zero: INT4 codes are then the last block's zero points.
    private ReadOnlySpan<byte> Padding(int strip) => _isInt4
        ? new ReadOnlySpan<byte>(_zeroPoints.Pointer + ((long)(strip + 1) * _blocks - 1) * StripColumns, StripColumns)
        : NoCodes;

    private void PackRow(ReadOnlySpan<byte> codes, int strip, int k)
    {
        var target = Codes(strip, k / StepDepth) + k % StepDepth / (2 * Quad) * PairBytes + k % Quad;
        var shift = k / Quad % 2 * 4;
        for (var j = 0; j < StripColumns; j++)
        {
            target[j * Quad] |= (byte)((codes[j] & 15) << shift);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _zeroPoints.Dispose();
        _scales.Dispose();
        _smallScales.Dispose();
    }
}
