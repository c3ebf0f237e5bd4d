using System.Runtime.InteropServices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>What the kernels make of a scene.</summary>
internal sealed class AttentionRun
{
    /// <summary>Room for any scene's partial results.</summary>
    public const int MuchRoom = 1000;

    private readonly AttentionScene _scene;
    private readonly byte[] _results;

    /// <summary>Runs a scene.</summary>
    /// <param name="scene">The step.</param>
    /// <param name="form">Of the results.</param>
    /// <param name="partialCapacity">0 sends every row through the chunk kernel.</param>
    /// <param name="seed">Of the emulator's order.</param>
    /// <param name="resultScale">Of E4M3 under one scale.</param>
    public AttentionRun(
        AttentionScene scene, InputForm form = InputForm.BFloat16, int partialCapacity = MuchRoom, ulong seed = 0, float resultScale = 1)
    {
        _scene = scene;
        Plan = new AttentionPlan(scene.Shape, partialCapacity);
        Plan.Fill(scene.Step);
        using var device = new EmulatedDevice(seed);
        var shape = scene.Shape;
        var rows = Plan.FirstPartials.Count;
        var step = Upload(device, scene, Plan);
        var layer = new AttentionLayer(
            device.Store(scene.Queries).Address, device.Store(scene.Keys).Address, device.Store(scene.Values).Address, scene.Scales);
        var results = device.Allocate((long)rows * shape.Width * (form == InputForm.BFloat16 ? 2 : 1));
        var scales = device.Allocate(rows * sizeof(float));
        new PagedAttention(device, shape).Launch(step, layer);
        new AttentionMerge(device, shape, form).Launch(step, scene.Scales.Value, results.Address, scales.Address, resultScale);
        _results = device.Read<byte>(results);
        RowScales = device.Read<float>(scales);
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

    private static AttentionStep Upload(EmulatedDevice device, AttentionScene scene, AttentionPlan plan)
    {
        var (slices, shape) = (scene.Slices, scene.Shape);
        var stride = scene.Step.Slices.Max(slice => slice.Sequence.BlockTable.Count);
        return new AttentionStep
        {
            RowCount = plan.FirstPartials.Count,
            BlockTables = Store(device, scene.Step.Slices.SelectMany(slice => Padded(slice.Sequence.BlockTable, stride))),
            TableStride = stride,
            Slices = Store(device, slices.SelectMany((slice, index) => Enumerable.Repeat(index, slice.Count))),
            Positions = Store(device, slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count))),
            FirstRows = Store(device, slices.Select((_, index) => slices.Take(index).Sum(slice => slice.Count))),
            Starts = Store(device, slices.Select(slice => slice.Start)),
            Counts = Store(device, slices.Select(slice => slice.Count)),
            FirstPartials = Store(device, plan.FirstPartials),
            PrefixTokens = Store(device, plan.PrefixTokens),
            Members = Store(device, plan.Members),
            Decode = Store(device, plan.Decode.Append(DecodeWork.Nothing)),
            DecodeCount = plan.Decode.Count + 1,
            Chunks = Store(device, plan.Chunks.Append(ChunkWork.Nothing)),
            ChunkCount = plan.Chunks.Count + 1,
            Prefixes = Store(device, plan.Prefixes.Append(PrefixWork.Nothing)),
            PrefixCount = plan.Prefixes.Count + 1,
            PartialOutputs = Poisoned(device, plan.PartialCount * shape.Width * sizeof(float)),
            PartialSums = Poisoned(device, plan.PartialCount * shape.HeadCount * 2 * sizeof(float)),
            Mixed = Poisoned(device, plan.FirstPartials.Count * shape.Width * sizeof(ushort)),
        };
    }

    // A block that no table has: whoever reads behind a table's end reads outside of the cache.
    private static IEnumerable<int> Padded(List<int> table, int stride) =>
        table.Concat(Enumerable.Repeat(int.MaxValue, stride - table.Count));

    private static ulong Store<T>(EmulatedDevice device, IEnumerable<T> values)
        where T : unmanaged => device.Store(values.ToArray()).Address;

    private static ulong Poisoned(EmulatedDevice device, int bytes)
    {
        var memory = device.Allocate(Math.Max(1, bytes));
        device.Fill(memory.Address, 0xFF, memory.ByteCount);
        return memory.Address;
    }
}
