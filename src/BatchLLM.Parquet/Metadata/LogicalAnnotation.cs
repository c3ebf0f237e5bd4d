using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>A column's logical type with its parameters, each of which only some types have.</summary>
internal sealed record LogicalAnnotation(LogicalType Type)
{
    public int Scale { get; init; }

    public int Precision { get; init; }

    public int BitWidth { get; init; }

    public bool IsSigned { get; init; }

    public bool IsAdjustedToUtc { get; init; }

    /// <summary>Null if the file names a unit that is not known here.</summary>
    public ParquetTimeUnit? Unit { get; init; }

    /// <summary>Reads the union: a structure with one field, whose number is the type.</summary>
    public static LogicalAnnotation Read(ref CompactReader reader)
    {
        var annotation = new LogicalAnnotation(default(LogicalType));
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            annotation = ReadMember(ref reader, (LogicalType)id);
        }

        reader.LeaveStruct(outer);
        return annotation;
    }

    public void Write(CompactWriter writer, short id)
    {
        writer.BeginStruct(id);
        writer.BeginStruct((short)Type);
        if (Type == LogicalType.Decimal)
        {
            writer.WriteInt32(1, Scale);
            writer.WriteInt32(2, Precision);
        }
        else if (Type == LogicalType.Integer)
        {
            writer.WriteInt8(1, (sbyte)BitWidth);
            writer.WriteBoolean(2, IsSigned);
        }
        else if (Type is LogicalType.Time or LogicalType.Timestamp && Unit is { } unit)
        {
            writer.WriteBoolean(1, IsAdjustedToUtc);
            writer.BeginStruct(2);
            writer.WriteEmptyStruct((short)(unit + 1));
            writer.EndStruct();
        }

        writer.EndStruct();
        writer.EndStruct();
    }

    private static LogicalAnnotation ReadMember(ref CompactReader reader, LogicalType type)
    {
        if (type is not (LogicalType.Decimal or LogicalType.Time or LogicalType.Timestamp or LogicalType.Integer))
        {
            reader.Skip();
            return new LogicalAnnotation(type);
        }

        var annotation = new LogicalAnnotation(type);
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            annotation = ReadParameter(ref reader, id, annotation);
        }

        reader.LeaveStruct(outer);
        return annotation;
    }

    private static LogicalAnnotation ReadParameter(ref CompactReader reader, short id, LogicalAnnotation annotation)
    {
        switch (annotation.Type, id)
        {
            case (LogicalType.Decimal, 1):
                return annotation with { Scale = reader.ReadInt32() };
            case (LogicalType.Decimal, 2):
                return annotation with { Precision = reader.ReadInt32() };
            case (LogicalType.Integer, 1):
                return annotation with { BitWidth = reader.ReadInt32() };
            case (LogicalType.Integer, 2):
                return annotation with { IsSigned = reader.ReadBoolean() };
            case (LogicalType.Time or LogicalType.Timestamp, 1):
                return annotation with { IsAdjustedToUtc = reader.ReadBoolean() };
            case (LogicalType.Time or LogicalType.Timestamp, 2):
                return annotation with { Unit = ReadUnit(ref reader) };
            default:
                reader.Skip();
                return annotation;
        }
    }

    private static ParquetTimeUnit? ReadUnit(ref CompactReader reader)
    {
        ParquetTimeUnit? unit = null;
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            unit = id is >= 1 and <= 3 ? (ParquetTimeUnit)(id - 1) : null;
            reader.Skip();
        }

        reader.LeaveStruct(outer);
        return unit;
    }
}
