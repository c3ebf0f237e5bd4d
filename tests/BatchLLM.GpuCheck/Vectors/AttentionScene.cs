using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Engine.Reference;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>
/// A step and the cache that it reads. Blocks are scattered, and all that no sequence has written is not a number.
/// </summary>
internal sealed class AttentionScene
{
    private const int SpareBlocks = 3;
    private const int PrefixOwner = -1;

    private readonly int _seed;

    public AttentionScene(AttentionShape shape, int seed, params SceneSlice[] slices)
    {
        Shape = shape;
        Slices = slices;
        _seed = seed;
        Scales = shape.IsFp8 ? new KvScales(0.031f, 0.02f) : new KvScales(1, 1);
        var tables = Tables();
        var bytes = shape.KvHeadCount * shape.BlockTokens * shape.RowBytes;
        (Keys, Values) = (new byte[BlockCount * bytes], new byte[BlockCount * bytes]);
        Keys.AsSpan().Fill(0xFF); // not a number, in BF16 as in E4M3
        Values.AsSpan().Fill(0xFF);
        for (var index = 0; index < slices.Length; index++)
        {
            Step.Slices.Add(Planned(slices[index], tables[index]));
            Write(slices[index], tables[index]);
        }

        Queries = [.. slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count).SelectMany(p => Query(slice.Id, p)))];
    }

    public AttentionShape Shape { get; }

    public IReadOnlyList<SceneSlice> Slices { get; }

    public Step Step { get; } = new();

    public KvScales Scales { get; }

    public byte[] Keys { get; } // [blocks, kv heads, block tokens, head size]

    public byte[] Values { get; } // [blocks, kv heads, block tokens, head size]

    public ushort[] Queries { get; } // [rows, heads, head size]

    public int BlockCount { get; private set; }

    /// <summary>A key, or value, of a sequence as the cache holds it.</summary>
    public float[] Stored(SceneSlice slice, int kvHead, int position, bool isKey)
    {
        var owner = position < slice.PrefixTokens ? PrefixOwner : slice.Id;
        var random = new Random(SceneSeed.Of(owner, position, kvHead, isKey ? 1 : 2));
        var scale = isKey ? Scales.Key : Scales.Value;
        return [.. Enumerable.Range(0, Shape.HeadSize).Select(_ => Rounded((float)Gauss(random), scale))];
    }

    /// <summary>A head's query. // [head size]</summary>
    public float[] Query(SceneSlice slice, int position, int head) =>
        [.. Query(slice.Id, position).Skip(head * Shape.HeadSize).Take(Shape.HeadSize).Select(TestRows.Value)];

    private float Rounded(float value, float scale) =>
        Shape.IsFp8 ? E4M3.Round(value / scale) * scale : ReferenceRounding.BFloat16(value);

    private ushort[] Query(int id, int position)
    {
        var random = new Random(SceneSeed.Of(id, position, 0, 3));
        return [.. Enumerable.Range(0, Shape.Width).Select(_ => Bits(2 * (float)Gauss(random)))];
    }

    private static ushort Bits(float value) => TestRows.Bits(ReferenceRounding.BFloat16(value));

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private int[][] Tables()
    {
        var counts = Slices.Select(slice => (slice.End + Shape.BlockTokens - 1) / Shape.BlockTokens).ToArray();
        var shared = Slices.Max(slice => slice.PrefixTokens) / Shape.BlockTokens;
        BlockCount = counts.Sum() + shared + SpareBlocks;
        var free = Enumerable.Range(0, BlockCount).ToArray();
        new Random(_seed).Shuffle(free);
        var prefix = free[..shared];
        var next = shared;
        return
        [
            .. Slices.Select((slice, index) =>
            {
                var own = slice.PrefixTokens / Shape.BlockTokens;
                next += counts[index];
                return (int[])[.. prefix[..own], .. free[(next - counts[index] + own)..next]];
            }),
        ];
    }

    private static StepSlice Planned(SceneSlice slice, int[] table)
    {
        var request = new InferenceRequest(slice.Id, (ulong)slice.Id, new int[slice.End], new SamplingParameters());
        var sequence = new Sequence(request, maxTokens: 1);
        sequence.BlockTable.AddRange(table);
        return new StepSlice(sequence, slice.Start, slice.Count);
    }

    private void Write(SceneSlice slice, int[] table)
    {
        for (var position = 0; position < slice.End; position++)
        {
            for (var head = 0; head < Shape.KvHeadCount; head++)
            {
                var slot = (table[position / Shape.BlockTokens] * Shape.KvHeadCount + head) * Shape.BlockTokens + position % Shape.BlockTokens;
                Encode(Stored(slice, head, position, isKey: true), Scales.Key, Keys.AsSpan(slot * Shape.RowBytes, Shape.RowBytes));
                Encode(Stored(slice, head, position, isKey: false), Scales.Value, Values.AsSpan(slot * Shape.RowBytes, Shape.RowBytes));
            }
        }
    }

    private void Encode(float[] values, float scale, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (Shape.IsFp8)
            {
                bytes[i] = E4M3.Encode(values[i] / scale);
            }
            else
            {
                BitConverter.TryWriteBytes(bytes[(2 * i)..], Bits(values[i]));
            }
        }
    }
}
