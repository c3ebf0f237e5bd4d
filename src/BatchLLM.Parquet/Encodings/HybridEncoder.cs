using System.Buffers.Binary;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Encodes levels and dictionary indices as the RLE / bit-packing hybrid.</summary>
internal static class HybridEncoder
{
    /// <summary>Bit-packed values come in groups of so many.</summary>
    private const int Group = 8;

    /// <summary>Bits that hold every value up to the given one; at least 1, because some readers fail at 0.</summary>
    public static int BitWidth(int maxValue) => Math.Max(1, 32 - int.LeadingZeroCount(maxValue));

    /// <summary>Appends all values: repeats of a group's size or more as runs, the rest bit-packed.</summary>
    public static void Encode(ReadOnlySpan<int> values, int bitWidth, ByteBuffer output)
    {
        var packedStart = 0;
        for (var i = 0; i < values.Length;)
        {
            // A packed stretch must end with a whole group, so that a run first lends it what it lacks.
            var run = RunLength(values[i..]);
            var lent = (Group - ((i - packedStart) % Group)) % Group;
            if (run - lent < Group)
            {
                i += run;
                continue;
            }

            i += lent;
            WritePacked(values[packedStart..i], bitWidth, output);
            WriteRun(values[i], run - lent, bitWidth, output);
            i += run - lent;
            packedStart = i;
        }

        WritePacked(values[packedStart..], bitWidth, output);
    }

    private static int RunLength(ReadOnlySpan<int> values)
    {
        var different = values.IndexOfAnyExcept(values[0]);
        return different < 0 ? values.Length : different;
    }

    private static void WriteRun(int value, int count, int bitWidth, ByteBuffer output)
    {
        output.AppendVarint((uint)count << 1);
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        output.Append(bytes[..((bitWidth + 7) / 8)]);
    }

    private static void WritePacked(ReadOnlySpan<int> values, int bitWidth, ByteBuffer output)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var groups = (values.Length + Group - 1) / Group;
        output.AppendVarint(((uint)groups << 1) | 1);
        var packed = output.Reserve(groups * bitWidth)[..(groups * bitWidth)];
        packed.Clear();
        Pack(values, bitWidth, packed);
        output.Commit(packed.Length);
    }

    private static void Pack(ReadOnlySpan<int> values, int bitWidth, Span<byte> packed)
    {
        var (pending, pendingBits, written) = (0UL, 0, 0);
        foreach (var value in values)
        {
            pending |= (ulong)(uint)value << pendingBits;
            for (pendingBits += bitWidth; pendingBits >= 8; pendingBits -= 8)
            {
                packed[written++] = (byte)pending;
                pending >>= 8;
            }
        }

        if (pendingBits > 0)
        {
            packed[written] = (byte)pending;
        }
    }
}
