using System.Buffers.Binary;
using System.Text;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Reading;

/// <summary>The end of a file: metadata, its length in 4 bytes, the mark.</summary>
/// <param name="Metadata">The decoded metadata.</param>
/// <param name="Start">Where it begins in the file; every page ends before.</param>
internal sealed record Footer(FileMetadata Metadata, long Start)
{
    private const int TailLength = 8;

    private static ReadOnlySpan<byte> Mark => "PAR1"u8;

    private static ReadOnlySpan<byte> EncryptedMark => "PARE"u8;

    /// <summary>Reads the end of a file.</summary>
    /// <exception cref="ParquetException">The file is not Parquet, or its footer is damaged or encrypted.</exception>
    public static async Task<Footer> ReadAsync(IParquetSource source, string file, CancellationToken cancellationToken)
    {
        // The mark stands at both ends.
        if (source.Length < TailLength + Mark.Length)
        {
            throw new ParquetException(
                $"{file}: the file has {source.Length} bytes; expected at least 12. Was it written to its end?");
        }

        var tail = new byte[TailLength];
        await source.ReadExactlyAsync(source.Length - TailLength, tail, cancellationToken);
        CheckMark(tail.AsSpan(sizeof(int)), file);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        var start = source.Length - TailLength - length;
        if (start < Mark.Length)
        {
            throw new ParquetException($"{file}: the footer claims {length} bytes; the file has {source.Length}. "
                + "The file is damaged; write or copy it again.");
        }

        var bytes = new byte[length];
        await source.ReadExactlyAsync(start, bytes, cancellationToken);
        return new Footer(Decode(bytes, file), start);
    }

    private static FileMetadata Decode(ReadOnlySpan<byte> bytes, string file)
    {
        var reader = new CompactReader(bytes);
        var metadata = FileMetadata.Read(ref reader);
        return reader.IsGood
            ? metadata
            : throw new ParquetException($"{file}: the footer cannot be decoded at byte {reader.Position} of "
                + $"{bytes.Length} ({reader.Failure}). The file is damaged; write or copy it again.");
    }

    private static void CheckMark(ReadOnlySpan<byte> found, string file)
    {
        if (found.SequenceEqual(EncryptedMark))
        {
            throw new ParquetException(
                $"{file}: the footer is encrypted (PARE), which is not supported. Write the file without encryption.",
                isUnsupported: true);
        }

        if (!found.SequenceEqual(Mark))
        {
            throw new ParquetException($"{file}: the last 4 bytes are {Show(found)}; expected PAR1. "
                + "The file is not Parquet, or was not written to its end.");
        }
    }

    private static string Show(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExceptInRange((byte)'!', (byte)'~')
            ? $"0x{Convert.ToHexString(bytes)}"
            : $"'{Encoding.ASCII.GetString(bytes)}'";
}
