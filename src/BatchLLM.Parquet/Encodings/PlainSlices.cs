using System.Buffers.Binary;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Finds byte arrays in the PLAIN encoding, each behind its length of 4 bytes.</summary>
internal static class PlainSlices
{
    /// <summary>Goes from value to value, as far as they are there and there is room.</summary>
    /// <param name="bytes">They, and whatever stands before them.</param>
    /// <param name="at">Where the next length stands, or would; goes behind the last value that was found.</param>
    /// <param name="slices">Receives where they stand.</param>
    /// <returns>How many; fewer than there is room for where the next one is not there to its end, or is wrong.</returns>
    public static int Find(ReadOnlySpan<byte> bytes, ref int at, Span<ByteSlice> slices)
    {
        var (position, count) = (at, 0);
        for (; count < slices.Length && bytes.Length - position >= sizeof(int); count++)
        {
            var claimed = BinaryPrimitives.ReadInt32LittleEndian(bytes[position..]);
            if ((uint)claimed > (uint)(bytes.Length - position - sizeof(int)))
            {
                break;
            }

            slices[count] = new ByteSlice(position + sizeof(int), claimed);
            position += sizeof(int) + claimed;
        }

        at = position;
        return count;
    }
}
