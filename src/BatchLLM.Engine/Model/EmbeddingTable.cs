using BatchLLM.Checkpoints;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Model;

/// <summary>Token embeddings, row by row; 16-bit ones stay so. // [vocabulary, hidden]</summary>
internal sealed unsafe class EmbeddingTable : IDisposable
{
    private const long ChunkElements = 1 << 20;

    private readonly int _hidden;
    private readonly TensorType _type;
    private readonly AlignedBuffer<ushort>? _bits;
    private readonly AlignedBuffer<float>? _floats;

    /// <summary>Reads the table.</summary>
    public EmbeddingTable(Tensor tensor)
    {
        _hidden = checked((int)tensor.Shape[1]);
        _type = tensor.Type;
        if (SixteenBits.Has(tensor.Type))
        {
            _bits = new AlignedBuffer<ushort>(tensor.ElementCount);
        }
        else
        {
            _floats = new AlignedBuffer<float>(tensor.ElementCount);
        }

        for (var start = 0L; start < tensor.ElementCount; start += ChunkElements)
        {
            Read(tensor, start, (int)Math.Min(ChunkElements, tensor.ElementCount - start));
        }
    }

    /// <summary>Bytes of memory.</summary>
    public long ByteCount => (_bits?.Length ?? 0) * sizeof(ushort) + (_floats?.Length ?? 0) * sizeof(float);

    private void Read(Tensor tensor, long start, int count)
    {
        if (_bits is not null)
        {
            tensor.ReadBits16(start, new Span<ushort>(_bits.Pointer + start, count));
        }
        else
        {
            tensor.ReadFloats(start, new Span<float>(_floats!.Pointer + start, count));
        }
    }

    /// <summary>Copies a token's embedding.</summary>
    /// <param name="token">Below the vocabulary size.</param>
    /// <param name="destination">Receives it. // [hidden]</param>
    public void Copy(int token, float* destination)
    {
        if (_bits is not null)
        {
            SixteenBits.Widen(_type, _bits.Pointer + (long)token * _hidden, destination, _hidden);
        }
        else
        {
            new ReadOnlySpan<float>(_floats!.Pointer + (long)token * _hidden, _hidden)
                .CopyTo(new Span<float>(destination, _hidden));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bits?.Dispose();
        _floats?.Dispose();
    }
}
