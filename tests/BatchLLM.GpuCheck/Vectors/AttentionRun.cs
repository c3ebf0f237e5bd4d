using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>What the kernels make of a scene.</summary>
internal sealed class AttentionRun
{
    /// <summary>Room for any scene's partial results.</summary>
    public const int MuchRoom = 1000;

    private readonly IDevice _device;
    private readonly AttentionScene _scene;
    private readonly byte[] _results;
    private readonly List<DeviceMemory> _memories = [];

    /// <summary>Runs a scene.</summary>
    /// <param name="device">Where; nothing is left on it.</param>
    /// <param name="scene">The step.</param>
    /// <param name="form">Of the results.</param>
    /// <param name="partialCapacity">0 sends every row through the chunk kernel.</param>
    /// <param name="resultScale">Of E4M3 under one scale.</param>
    public AttentionRun(
        IDevice device, AttentionScene scene, InputForm form = InputForm.BFloat16, int partialCapacity = MuchRoom, float resultScale = 1)
    {
        (_device, _scene) = (device, scene);
        Plan = new AttentionPlan(scene.Shape, partialCapacity);
        Plan.Fill(scene.Step);
        var shape = scene.Shape;
        var rows = Plan.FirstPartials.Count;
        var step = Upload();
        var layer = new AttentionLayer(Store(scene.Queries), Store(scene.Keys), Store(scene.Values), scene.Scales);
        using var results = device.Allocate((long)rows * shape.Width * (form == InputForm.BFloat16 ? 2 : 1));
        using var scales = device.Allocate(rows * sizeof(float));
        new PagedAttention(device, shape).Launch(step, layer);
        new AttentionMerge(device, shape, form).Launch(step, scene.Scales.Value, results.Address, scales.Address, resultScale);
        _results = device.Read<byte>(results);
        RowScales = device.Read<float>(scales);
        _memories.ForEach(memory => memory.Dispose());
    }

    public AttentionPlan Plan { get; }

    public float[] RowScales { get; }

    /// <summary>All heads of one position, as the form has them.</summary>
    public byte[] Row(int id, int position)
    {
        var bytes = _results.Length / Plan.FirstPartials.Count;
        return _results.AsSpan(RowIndex(id, position) * bytes, bytes).ToArray();
    }

    /// <summary>All heads of one position, of results in BF16.</summary>
    public float[] Values(int id, int position) =>
        [.. MemoryMarshal.Cast<byte, ushort>(Row(id, position)).ToArray().Select(TestRows.Value)];

    /// <summary>Where a position stands in the step.</summary>
    public int RowIndex(int id, int position)
    {
        var before = _scene.Slices.TakeWhile(slice => slice.Id != id).Sum(slice => slice.Count);
        return before + position - _scene.Slices.First(slice => slice.Id == id).Start;
    }

    private AttentionStep Upload()
    {
        var (slices, shape, plan) = (_scene.Slices, _scene.Shape, Plan);
        var stride = _scene.Step.Slices.Max(slice => slice.Sequence.BlockTable.Count);
        return new AttentionStep
        {
            RowCount = plan.FirstPartials.Count,
            BlockTables = Store(_scene.Step.Slices.SelectMany(slice => Padded(slice.Sequence.BlockTable, stride))),
            TableStride = stride,
            Slices = Store(slices.SelectMany((slice, index) => Enumerable.Repeat(index, slice.Count))),
            Positions = Store(slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count))),
            FirstRows = Store(slices.Select((_, index) => slices.Take(index).Sum(slice => slice.Count))),
            Starts = Store(slices.Select(slice => slice.Start)),
            Counts = Store(slices.Select(slice => slice.Count)),
            FirstPartials = Store(plan.FirstPartials),
            PrefixTokens = Store(plan.PrefixTokens),
            Members = Store(plan.Members),
            Decode = Store(plan.Decode.Append(DecodeWork.Nothing)),
            DecodeCount = plan.Decode.Count + 1,
            Chunks = Store(plan.Chunks.Append(ChunkWork.Nothing)),
            ChunkCount = plan.Chunks.Count + 1,
            Prefixes = Store(plan.Prefixes.Append(PrefixWork.Nothing)),
            PrefixCount = plan.Prefixes.Count + 1,
            PartialOutputs = Poisoned(plan.PartialCount * shape.Width * sizeof(float)),
            PartialSums = Poisoned(plan.PartialCount * shape.HeadCount * 2 * sizeof(float)),
            Mixed = Poisoned(plan.FirstPartials.Count * shape.Width * sizeof(ushort)),
        };
    }

    // A block that no table has: whoever reads behind a table's end reads outside of the cache.
    private static IEnumerable<int> Padded(List<int> table, int stride) =>
        table.Concat(Enumerable.Repeat(int.MaxValue, stride - table.Count));

    private ulong Store<T>(IEnumerable<T> values)
        where T : unmanaged => Keep(_device.Store(values.ToArray()));

    private ulong Poisoned(int bytes)
    {
        var memory = _device.Allocate(Math.Max(1, bytes));
        _device.Fill(memory.Address, 0xFF, memory.ByteCount);
        return Keep(memory);
    }

    private ulong Keep(DeviceMemory memory)
    {
        _memories.Add(memory);
        return memory.Address;
    }
}
