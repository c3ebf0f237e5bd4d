using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>One layer's attention of a step over a cache of random numbers.</summary>
internal sealed class RandomAttention : IDisposable
{
    private const int Stride = 7_919; // spreads the blocks of a sequence over the cache; a prime, so that none is taken twice
    private const int Pattern = 1 << 24;

    private readonly IDevice _device;
    private readonly AttentionShape _shape;
    private readonly IReadOnlyList<AttentionSlice> _slices;
    private readonly int _tableBlocks;
    private readonly int _blockCount;
    private readonly List<DeviceMemory> _memories = [];
    private readonly PagedAttention _attention;
    private readonly AttentionMerge _merge;
    private readonly AttentionLayer _layer;
    private readonly AttentionStep _step;
    private readonly ulong _results;

    /// <summary>Makes it up.</summary>
    /// <param name="device">Where.</param>
    /// <param name="shape">Of the model.</param>
    /// <param name="slices">Of the step.</param>
    /// <param name="sequences">Sequences that the cache has room for: the same number gives the same numbers in it.</param>
    /// <param name="tableBlocks">KV blocks of each.</param>
    /// <param name="partialCapacity">0 sends every row through the chunk kernel.</param>
    public RandomAttention(
        IDevice device, AttentionShape shape, IReadOnlyList<AttentionSlice> slices, int sequences, int tableBlocks, int partialCapacity)
    {
        (_device, _shape, _slices, _tableBlocks) = (device, shape, slices, tableBlocks);
        _blockCount = (sequences + 1) * tableBlocks;
        _attention = new PagedAttention(device, shape);
        _merge = new AttentionMerge(device, shape, InputForm.BFloat16);
        var plan = new AttentionPlan(shape, partialCapacity);
        plan.Fill(Step());
        var cacheBytes = (long)_blockCount * shape.KvHeadCount * shape.BlockTokens * shape.RowBytes;
        _layer = new AttentionLayer(Queries(), Random(cacheBytes, 1), Random(cacheBytes, 2), new KvScales(1, 1));
        _step = Upload(plan);
        _results = Allocate((long)RowCount * shape.Width * sizeof(ushort)).Address;
    }

    /// <summary>Rows of the step.</summary>
    public int RowCount => _slices.Sum(slice => slice.Count);

    /// <summary>Bytes of keys and values that the rows read, each its own.</summary>
    public double ReadBytes => _slices.Sum(slice => (double)slice.End) * 2 * _shape.KvHeadCount * _shape.RowBytes;

    /// <summary>Multiplications and additions of the two products.</summary>
    public double Operations => _slices.Sum(slice => (double)slice.Count * (slice.Start + slice.End + 1) / 2) * 4 * _shape.Width;

    /// <summary>Queues it.</summary>
    public void Launch()
    {
        _attention.Launch(_step, _layer);
        _merge.Launch(_step, _layer.Scales.Value, _results, _results, 1);
    }

    /// <summary>The last row of a slice, as the output projection reads it. BF16</summary>
    public byte[] LastRow(int slice)
    {
        var row = new byte[_shape.Width * sizeof(ushort)];
        var index = _slices.Take(slice + 1).Sum(other => (long)other.Count) - 1;
        _device.Download(_results + (ulong)(index * row.Length), row);
        return row;
    }

    /// <inheritdoc/>
    public void Dispose() => _memories.ForEach(memory => memory.Dispose());

    private Step Step()
    {
        var step = new Step();
        foreach (var slice in _slices)
        {
            var request = new InferenceRequest(slice.Id, (ulong)slice.Id, new int[slice.End], new SamplingParameters());
            var sequence = new Sequence(request, maxTokens: 1);
            sequence.BlockTable.AddRange(Table(slice));
            step.Slices.Add(new StepSlice(sequence, slice.Start, slice.Count));
        }

        return step;
    }

    private IEnumerable<int> Table(AttentionSlice slice) => Enumerable.Range(0, _tableBlocks).Select(block =>
        (int)(((block < slice.SharedBlocks ? 0 : slice.Id + 1) * (long)_tableBlocks + block) * Stride % _blockCount));

    private AttentionStep Upload(AttentionPlan plan) => new()
    {
        RowCount = RowCount,
        BlockTables = Store(_slices.SelectMany(Table)),
        TableStride = _tableBlocks,
        Slices = Store(_slices.SelectMany((slice, index) => Enumerable.Repeat(index, slice.Count))),
        Positions = Store(_slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count))),
        FirstRows = Store(_slices.Select((_, index) => _slices.Take(index).Sum(slice => slice.Count))),
        Starts = Store(_slices.Select(slice => slice.Start)),
        Counts = Store(_slices.Select(slice => slice.Count)),
        FirstPartials = Store(plan.FirstPartials),
        PrefixTokens = Store(plan.PrefixTokens),
        Members = Store(plan.Members),
        Decode = Store(plan.Decode),
        DecodeCount = plan.Decode.Count,
        Chunks = Store(plan.Chunks),
        ChunkCount = plan.Chunks.Count,
        Prefixes = Store(plan.Prefixes),
        PrefixCount = plan.Prefixes.Count,
        PartialOutputs = Allocate((long)plan.PartialCount * _shape.Width * sizeof(float)).Address,
        PartialSums = Allocate((long)plan.PartialCount * _shape.HeadCount * 2 * sizeof(float)).Address,
        Mixed = Allocate((long)RowCount * _shape.Width * sizeof(ushort)).Address,
    };

    // A position's query is the same in every step that it is in. Between -1 and 1, so that weights are not all at one place.
    private ulong Queries() => Store(_slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count).SelectMany(position =>
    {
        var random = new Random(slice.Id * 1_000_003 + position);
        return Enumerable.Range(0, _shape.Width).Select(_ =>
            (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle() * 2 - 1) >> 16));
    })));

    // Without the highest bit of the exponent, both E4M3 and BF16 are numbers below 2.
    private ulong Random(long bytes, int seed)
    {
        const byte NoLargeExponent = 0xBF;
        var pattern = new byte[Pattern];
        new Random(seed).NextBytes(pattern);
        for (var i = 0; i < pattern.Length; i++)
        {
            pattern[i] &= NoLargeExponent;
        }

        var memory = Allocate(bytes);
        for (var first = 0L; first < bytes; first += Pattern)
        {
            _device.Upload(pattern.AsSpan(0, (int)Math.Min(Pattern, bytes - first)), memory.Address + (ulong)first);
        }

        return memory.Address;
    }

    private ulong Store<T>(IEnumerable<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values.ToArray().AsSpan());
        var memory = Allocate(bytes.Length);
        _device.Upload(bytes, memory.Address);
        return memory.Address;
    }

    private DeviceMemory Allocate(long bytes)
    {
        var memory = _device.Allocate(Math.Max(1, bytes));
        _memories.Add(memory);
        return memory;
    }
}
