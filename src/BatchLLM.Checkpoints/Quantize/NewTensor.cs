using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>A tensor to be written: its description, and how its bytes come about when their turn has come.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Type">Element type on disk.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="WriteTo">Writes exactly <see cref="ByteCount"/> bytes, row-major and little-endian.</param>
internal sealed record NewTensor(string Name, TensorType Type, long[] Shape, Action<Stream> WriteTo)
{
    private const int ChunkBytes = 1 << 22;

    /// <summary>Bytes of all elements.</summary>
    public long ByteCount => Shape.Aggregate((long)Type.Size(), (product, size) => product * size);

    /// <summary>A float32 scalar.</summary>
    public static NewTensor Scalar(string name, float value) =>
        new(name, TensorType.F32, [], stream => stream.Write(BitConverter.GetBytes(value)));

    /// <summary>A copy of another checkpoint's tensor, in chunks: an embedding may be larger than an array.</summary>
    public static NewTensor Copy(Tensor source) => new(source.Name, source.Type, [.. source.Shape], stream =>
    {
        var chunk = new byte[Math.Min(ChunkBytes, source.ByteCount)];
        for (long start = 0; start < source.ByteCount; start += chunk.Length)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, source.ByteCount - start));
            source.ReadBytes(start, part);
            stream.Write(part);
        }
    });

    /// <summary>A matrix with a row for each output of a layer; rows are computed side by side, a chunk at a time.</summary>
    /// <param name="name">Name in the checkpoint.</param>
    /// <param name="type">Element type on disk.</param>
    /// <param name="source">The unquantized layer.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="encode">Fills a row's bytes; called on many threads.</param>
    public static NewTensor OfRows(string name, TensorType type, LinearWeight source, int columns, RowEncoder encode) =>
        new(name, type, [source.OutputCount, columns], stream =>
        {
            var rowBytes = columns * type.Size();
            var chunkRows = Math.Clamp(ChunkBytes / rowBytes, 1, source.OutputCount);
            var chunk = new byte[chunkRows * rowBytes]; // [chunkRows, columns]
            for (var first = 0; first < source.OutputCount; first += chunkRows)
            {
                var count = Math.Min(chunkRows, source.OutputCount - first);
                var start = first;
                Parallel.For(0, count, i => source.Use(
                    start + i, weights => encode(start + i, weights, chunk.AsSpan(i * rowBytes, rowBytes))));
                stream.Write(chunk.AsSpan(0, count * rowBytes));
            }
        });
}
