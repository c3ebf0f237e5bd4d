using System.Buffers.Binary;

namespace BatchLLM.Blobs.Compression;

/// <summary>The checksum of gzip (RFC 1952, section 8), eight bytes a step by as many tables.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320; // bits reversed
    private static readonly uint[][] Tables = MakeTables(); // [bytes that follow, 0-7][byte]

    /// <summary>The checksum of what it was of, with more bytes behind; begin with 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var sum = ~checksum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = sum ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            sum = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (var value in bytes)
        {
            sum = (sum >> 8) ^ Tables[0][(byte)(sum ^ value)];
        }

        return ~sum;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        tables[0] = [.. Enumerable.Range(0, 256).Select(value => Divide((uint)value))];
        for (var table = 1; table < tables.Length; table++)
        {
            tables[table] = [.. tables[table - 1].Select(sum => (sum >> 8) ^ tables[0][(byte)sum])];
        }

        return tables;
    }

    private static uint Divide(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
        }

        return value;
    }
}
