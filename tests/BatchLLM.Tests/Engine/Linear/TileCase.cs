using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Tests.Engine.Assembly;

namespace BatchLLM.Tests.Engine.Linear;

/// <summary>Random input and weights for one call of a tile kernel in memory of exactly the declared size, and the sums in plain loops.</summary>
internal sealed unsafe class TileCase : IDisposable
{
    private const int Spread = 3;

    private readonly AlignedBuffer<float> _a; // [tiles * rows, units + spread]
    private readonly AlignedBuffer<byte> _b; // [panels, bytes of a panel]
    private readonly AlignedBuffer<float> _start; // [tiles * rows, panels * width + spread]
    private readonly TileShape _shape;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _units;
    private readonly bool _adds;
    private readonly int _tileUnits;

    /// <summary>Makes a case.</summary>
    /// <param name="random">Where numbers come from.</param>
    /// <param name="encoding">How weights stand; null for pairs of BF16 on both sides.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="lanes">Columns of a vector.</param>
    /// <param name="units">Units of k.</param>
    /// <param name="adds">Whether it starts from sums.</param>
    /// <param name="tileUnits">Units that AMX sums at once, even and odd k apart; 0 for one after the other.</param>
    /// <param name="tiles">Tiles one below the other.</param>
    public TileCase(Random random, WeightEncoding? encoding, TileShape shape, int lanes, int units, bool adds, int tileUnits = 0, int tiles = 1)
    {
        _rows = tiles * shape.Rows;
        (_shape, _columns, _units, _adds, _tileUnits) = (shape, shape.Vectors * lanes, units, adds, tileUnits);
        var decoder = new WeightDecoder(encoding ?? WeightEncoding.Float32);
        var panelBytes = units / decoder.StepDepth * shape.PanelWidth * decoder.ColumnBytes;
        _a = new AlignedBuffer<float>((long)_rows * (units + Spread));
        _b = new AlignedBuffer<byte>((long)shape.Panels * panelBytes);
        _start = new AlignedBuffer<float>((long)_rows * (shape.Panels * shape.PanelWidth + Spread));
        Fill(random, encoding);
        Arguments = new TileArguments
        {
            A = (byte*)_a.Pointer,
            AStride = (units + Spread) * sizeof(float),
            B = _b.Pointer,
            PanelStride = panelBytes,
            CStride = (shape.Panels * shape.PanelWidth + Spread) * sizeof(float),
            Units = units,
            Adds = adds ? 1 : 0,
            Tiles = tiles,
            Prefetch = _b.Pointer,
            PrefetchEnd = _b.Pointer + random.Next((int)_b.Length + 1),
        };
        Expected = Sum(encoding);
    }

    /// <summary>What the kernel is given, but for where sums go.</summary>
    public TileArguments Arguments { get; }

    /// <summary>All floats of the result's memory: what plain loops sum, and untouched ones around it.</summary>
    public float[] Expected { get; }

    /// <summary>Runs a kernel over the case.</summary>
    /// <param name="run">Calls it with arguments, which stand in memory of their own.</param>
    /// <returns>All floats of the result's memory.</returns>
    public float[] Run(Action<nint, EmulatedMemory> run)
    {
        using var c = new AlignedBuffer<float>(_start.Length);
        new Span<float>(_start.Pointer, (int)_start.Length).CopyTo(new Span<float>(c.Pointer, (int)c.Length));
        var arguments = Arguments;
        arguments.C = c.Pointer;
        var lastRow = (_rows - 1) * Arguments.AStride + _units * sizeof(float);
        run((nint)(&arguments), new EmulatedMemory()
            .Writable(&arguments, sizeof(TileArguments))
            .Readable(_a.Pointer, lastRow)
            .Readable(_b.Pointer, _b.Length)
            .Writable(c.Pointer, c.Length * sizeof(float)));
        return new Span<float>(c.Pointer, (int)c.Length).ToArray();
    }

    private void Fill(Random random, WeightEncoding? encoding)
    {
        for (var i = 0; encoding == WeightEncoding.Float32 && i < _b.Length / sizeof(float); i++)
        {
            ((float*)_b.Pointer)[i] = random.NextSingle() - 0.5f;
        }

        for (var i = 0; encoding == WeightEncoding.Fp8Pairs && i < _b.Length; i++)
        {
            var code = (byte)random.Next(256);
            _b.Pointer[i] = E4M3.IsNaN(code) ? (byte)0x83 : code;
        }

        for (var i = 0; encoding is not (WeightEncoding.Float32 or WeightEncoding.Fp8Pairs) && i < _b.Length / sizeof(ushort); i++)
        {
            ((ushort*)_b.Pointer)[i] = Bits16(random, encoding);
        }

        for (var i = 0; i < _a.Length; i++)
        {
            _a.Pointer[i] = encoding is null
                ? BitConverter.UInt32BitsToSingle((uint)Bits16(random, null) << 16 | Bits16(random, null))
                : random.NextSingle() - 0.5f;
        }

        for (var i = 0; i < _start.Length; i++)
        {
            _start.Pointer[i] = random.NextSingle();
        }
    }

    // Some are BF16 denormals, which the instructions take for zero.
    private static ushort Bits16(Random random, WeightEncoding? encoding)
    {
        if (encoding is null && random.Next(20) == 0)
        {
            return (ushort)(random.Next(2) << 15 | random.Next(0x80));
        }

        var value = (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-16, 4));
        return encoding == WeightEncoding.Float16
            ? BitConverter.HalfToUInt16Bits((Half)value)
            : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
    }

    private float[] Sum(WeightEncoding? encoding)
    {
        var result = new Span<float>(_start.Pointer, (int)_start.Length).ToArray();
        for (var row = 0; row < _rows; row++)
        {
            for (var i = 0; i < _shape.Panels * _columns; i++)
            {
                var (panel, column) = Math.DivRem(i, _columns);
                ref var sum = ref result[row * (Arguments.CStride / sizeof(float)) + panel * _shape.PanelWidth + column];
                sum = Sum(_adds ? sum : 0, encoding, row, panel, column);
            }
        }

        return result;
    }

    private float Sum(float sum, WeightEncoding? encoding, int row, int panel, int column)
    {
        var a = _a.Pointer + row * (_units + Spread);
        var b = _b.Pointer + panel * Arguments.PanelStride;
        for (var unit = 0; _tileUnits > 0 && unit < _units; unit += _tileUnits)
        {
            sum = BrainFloatArithmetic.Add(sum, SumTile((ushort*)(a + unit), (ushort*)b + 2 * (unit * _shape.PanelWidth + column)));
        }

        for (var unit = 0; _tileUnits == 0 && unit < _units; unit++)
        {
            if (encoding is { } known)
            {
                sum = MathF.FusedMultiplyAdd(a[unit], Weight(b, known, unit, column), sum);
                continue;
            }

            var x = (ushort*)(a + unit);
            var y = (ushort*)b + 2 * (unit * _shape.PanelWidth + column);
            sum = BrainFloatArithmetic.FusedMultiplyAdd(x[1], y[1], sum);
            sum = BrainFloatArithmetic.FusedMultiplyAdd(x[0], y[0], sum);
        }

        return sum;
    }

    private float SumTile(ushort* x, ushort* y)
    {
        float even = 0, odd = 0;
        for (var unit = 0; unit < _tileUnits; unit++, x += 2, y += 2 * _shape.PanelWidth)
        {
            even = BrainFloatArithmetic.FusedMultiplyAdd(x[0], y[0], even);
            odd = BrainFloatArithmetic.FusedMultiplyAdd(x[1], y[1], odd);
        }

        return BrainFloatArithmetic.Add(even, odd);
    }

    private float Weight(byte* b, WeightEncoding encoding, int k, int column)
    {
        var single = k * _shape.PanelWidth + column;
        var pair = (k / 2 * _shape.PanelWidth + column) * 2 + k % 2;
        return encoding switch
        {
            WeightEncoding.Float32 => ((float*)b)[single],
            WeightEncoding.Float16 => (float)((Half*)b)[single],
            WeightEncoding.BrainFloatPairs => BitConverter.UInt32BitsToSingle((uint)((ushort*)b)[pair] << 16),
            _ => E4M3.Decode(b[pair]),
        };
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _start.Dispose();
    }
}
