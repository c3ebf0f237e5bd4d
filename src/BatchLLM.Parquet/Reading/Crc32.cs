using System.Buffers.Binary;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The CRC-32 of gzip (polynomial 0x04C11DB7, bits mirrored), which pages are checked with. Eight bytes a step through
/// eight tables: the runtime has the sum only inside its gzip streams, and the processor's own instruction is for
/// another polynomial.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Step = 8;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The sum of all the bytes.</summary>
    /// <param name="bytes">They, or the next of them.</param>
    /// <param name="before">The sum of those before them; 0 if there are none.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var sum = ~before;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            sum = AddEight(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ sum);
        }

        foreach (var next in bytes)
        {
            sum = Tables[0][(byte)(sum ^ next)] ^ (sum >> 8);
        }

        return ~sum;
    }

    private static uint AddEight(ulong word) =>
        Tables[7][(byte)word] ^ Tables[6][(byte)(word >> 8)]
        ^ Tables[5][(byte)(word >> 16)] ^ Tables[4][(byte)(word >> 24)]
        ^ Tables[3][(byte)(word >> 32)] ^ Tables[2][(byte)(word >> 40)]
        ^ Tables[1][(byte)(word >> 48)] ^ Tables[0][(byte)(word >> 56)];

    /// <summary>Table 0 is of one byte; each other one is of a byte with one more zero byte behind it.</summary>
    private static uint[][] MakeTables()
    {
        var tables = new uint[Step][];
        tables[0] = [.. Enumerable.Range(0, 256).Select(value => Shift((uint)value))];
        for (var i = 1; i < Step; i++)
        {
            tables[i] = Array.ConvertAll(tables[i - 1], sum => tables[0][(byte)sum] ^ (sum >> 8));
        }

        return tables;
    }

    private static uint Shift(uint sum)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ Polynomial;
        }

        return sum;
    }
}
