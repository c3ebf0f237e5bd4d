using System.Buffers.Binary;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>The order of values of one type (the format's <c>TypeDefinedOrder</c>).</summary>
internal static class ValueOrder
{
    /// <summary>Compares two values in the PLAIN encoding, byte arrays without their length.</summary>
    /// <returns>Negative, zero or positive, as comparers do.</returns>
    public static int Compare(ParquetColumnType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        type.Physical switch
        {
            ParquetPhysicalType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(left)
                .CompareTo(BinaryPrimitives.ReadInt32LittleEndian(right)),
            ParquetPhysicalType.Int64 when type.IsUnsigned => BinaryPrimitives.ReadUInt64LittleEndian(left)
                .CompareTo(BinaryPrimitives.ReadUInt64LittleEndian(right)),
            ParquetPhysicalType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(left)
                .CompareTo(BinaryPrimitives.ReadInt64LittleEndian(right)),
            ParquetPhysicalType.Float => BinaryPrimitives.ReadSingleLittleEndian(left)
                .CompareTo(BinaryPrimitives.ReadSingleLittleEndian(right)),
            ParquetPhysicalType.Double => BinaryPrimitives.ReadDoubleLittleEndian(left)
                .CompareTo(BinaryPrimitives.ReadDoubleLittleEndian(right)),
            _ => left.SequenceCompareTo(right),
        };
}
