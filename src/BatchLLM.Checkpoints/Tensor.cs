using System.Buffers;
using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Checkpoints;

/// <summary>A tensor in a checkpoint's files. Row-major; reading copies, and is safe from several threads.</summary>
public sealed class Tensor
{
    private readonly ITensorBytes _bytes;
    private readonly TensorEntry _entry;

    internal Tensor(ITensorBytes bytes, TensorEntry entry)
    {
        _bytes = bytes;
        _entry = entry;
        ElementCount = entry.ByteCount / entry.Type.Size();
    }

    /// <summary>Name in the checkpoint.</summary>
    public string Name => _entry.Name;

    /// <summary>Element type on disk.</summary>
    public TensorType Type => _entry.Type;

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _entry.Shape;

    /// <summary>Elements in all.</summary>
    public long ElementCount { get; }

    /// <summary>Bytes on disk.</summary>
    public long ByteCount => _entry.ByteCount;

    /// <summary>Name of the file that holds it.</summary>
    public string FileName => _bytes.FileName;

    /// <summary>How its elements are drawn, if it is made up; null of a file's.</summary>
    public RandomDraws? Draws => _bytes.Draws;

    /// <summary>Copies the raw bytes.</summary>
    /// <param name="start">First byte of the tensor.</param>
    /// <param name="destination">Receives them.</param>
    public void ReadBytes(long start, Span<byte> destination)
    {
        CheckRange(start, destination.Length, ByteCount);
        _bytes.Read(_entry.Offset + start, destination);
    }

    /// <summary>Copies 16-bit elements as they stand on disk.</summary>
    /// <param name="start">First element, counted over the whole tensor.</param>
    /// <param name="destination">Receives them.</param>
    /// <exception cref="InvalidOperationException">The tensor is neither BF16 nor F16.</exception>
    public void ReadBits16(long start, Span<ushort> destination)
    {
        if (Type is not (TensorType.BF16 or TensorType.F16))
        {
            throw new InvalidOperationException($"Tensor '{Name}' is {Type.Name()}, not a 16-bit type.");
        }

        CheckRange(start, destination.Length, ElementCount);
        _bytes.Read(_entry.Offset + start * 2, destination);
    }

    /// <summary>Copies elements, widened to float32; exact for every type it takes.</summary>
    /// <param name="start">First element, counted over the whole tensor.</param>
    /// <param name="destination">Receives them.</param>
    /// <exception cref="InvalidOperationException">The tensor is not BF16, F16, F32 or E4M3.</exception>
    public void ReadFloats(long start, Span<float> destination)
    {
        if (Type == TensorType.F8E4M3)
        {
            ReadE4M3(start, destination);
            return;
        }

        if (Type == TensorType.F32)
        {
            CheckRange(start, destination.Length, ElementCount);
            _bytes.Read(_entry.Offset + start * 4, destination);
            return;
        }

        var bits = ArrayPool<ushort>.Shared.Rent(destination.Length);
        ReadBits16(start, bits.AsSpan(0, destination.Length));
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = Type == TensorType.BF16
                ? BitConverter.UInt32BitsToSingle((uint)bits[i] << 16)
                : (float)BitConverter.UInt16BitsToHalf(bits[i]);
        }

        ArrayPool<ushort>.Shared.Return(bits);
    }

    private void ReadE4M3(long start, Span<float> destination)
    {
        var codes = ArrayPool<byte>.Shared.Rent(destination.Length);
        ReadBytes(start, codes.AsSpan(0, destination.Length));
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = E4M3.Decode(codes[i]);
        }

        ArrayPool<byte>.Shared.Return(codes);
    }

    private static void CheckRange(long start, int count, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, length - count);
    }
}
