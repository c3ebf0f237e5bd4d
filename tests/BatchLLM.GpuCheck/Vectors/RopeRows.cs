using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>A step's queries, keys and values as a product has left them, on a device and here.</summary>
internal sealed class RopeRows : IDisposable
{
    /// <summary>Positions of a block.</summary>
    public const int BlockTokens = 16;

    /// <summary>Blocks of the cache.</summary>
    public const int BlockCount = 5;

    /// <summary>Of E4M3 keys.</summary>
    public const float KeyScale = 0.03f;

    /// <summary>Of E4M3 values.</summary>
    public const float ValueScale = 0.002f;

    private const int AnglePositions = 32;
    private const int TableStride = 2;

    private static readonly int[] Slices = [0, 0, 0, 1, 0];
    private static readonly int[] Tables = [4, 2, 1, 0]; // [slices, TableStride]

    private readonly float[] _product;
    private readonly float[] _rowScales;
    private readonly float[] _columnScales;
    private readonly float[] _cosines;
    private readonly float[] _sines;
    private readonly float _scale;
    private readonly bool _scaled;
    private readonly List<DeviceMemory> _memories = [];
    private readonly RopeStoreArguments _arguments;

    /// <summary>Makes them up.</summary>
    public RopeRows(IDevice device, ElementType type, int heads, int kvHeads, int headDim, bool scaled)
    {
        (Heads, KvHeads, HeadDim, _scaled) = (heads, kvHeads, headDim, scaled);
        var (rows, half, random) = (Positions.Count, headDim / 2, new Random(heads * headDim));
        (_product, var productMemory) = TestRows.Product(device, random, type, rows * Columns);
        (_rowScales, _columnScales) = (TestRows.Scales(random, rows), TestRows.Scales(random, Columns));
        (_cosines, _sines) = (TestRows.Values(random, AnglePositions * half), TestRows.Values(random, AnglePositions * half));
        _scale = type == ElementType.Int32 ? 1e-9f : 1.25f;
        _arguments = new RopeStoreArguments
        {
            Product = Keep(productMemory),
            RowScales = scaled ? Keep(device.Store(_rowScales)) : 0,
            ColumnScales = scaled ? Keep(device.Store(_columnScales)) : 0,
            Cosines = Keep(device.Store(_cosines)),
            Sines = Keep(device.Store(_sines)),
            Positions = Keep(device.Store(Positions.ToArray())),
            Slices = Keep(device.Store(Slices)),
            BlockTables = Keep(device.Store(Tables)),
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = headDim,
            TableStride = TableStride,
            BlockTokens = BlockTokens,
            ProductScale = _scale,
            KeyScale = KeyScale,
            ValueScale = ValueScale,
        };
    }

    /// <summary>Of one slice across a block's border, of another, and of a row that fills the step up.</summary>
    public static IReadOnlyList<int> Positions { get; } = [15, 16, 17, 3, -1];

    /// <summary>Heads of queries.</summary>
    public int Heads { get; }

    /// <summary>Heads of keys and of values.</summary>
    public int KvHeads { get; }

    /// <summary>Elements of a head.</summary>
    public int HeadDim { get; }

    private int Columns => (Heads + 2 * KvHeads) * HeadDim;

    /// <summary>The kernel's parameter.</summary>
    public RopeStoreArguments Arguments(DeviceMemory queries, DeviceMemory keys, DeviceMemory values) =>
        _arguments with { Queries = queries.Address, Keys = keys.Address, Values = values.Address };

    /// <summary>An element as it comes out of the product.</summary>
    public float At(int row, int column) => _scaled
        ? _product[row * Columns + column] * (_scale * _rowScales[row]) * _columnScales[column]
        : _product[row * Columns + column] * _scale;

    /// <summary>An element of a head that is turned to its row's position.</summary>
    public float Turned(int row, int head, int i)
    {
        var half = HeadDim / 2;
        var (first, second) = (At(row, head * HeadDim + i % half), At(row, head * HeadDim + i % half + half));
        var (cosine, sine) = (_cosines[Positions[row] * half + i % half], _sines[Positions[row] * half + i % half]);
        return i < half ? first * cosine - second * sine : second * cosine + first * sine;
    }

    /// <summary>Where a head of a row begins in the cache, in elements.</summary>
    public int Place(int row, int kvHead)
    {
        var block = Tables[Slices[row] * TableStride + Positions[row] / BlockTokens];
        return ((block * KvHeads + kvHead) * BlockTokens + Positions[row] % BlockTokens) * HeadDim;
    }

    /// <inheritdoc/>
    public void Dispose() => _memories.ForEach(memory => memory.Dispose());

    private ulong Keep(DeviceMemory memory)
    {
        _memories.Add(memory);
        return memory.Address;
    }
}
