namespace BatchLLM.Parquet.Metadata;

/// <summary>The members of the format's <c>LogicalType</c> union that mean something here, by field number.</summary>
internal enum LogicalType : short
{
    String = 1,
    Map = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    Time = 7,
    Timestamp = 8,
    Integer = 10,
    Json = 12,
    Uuid = 14,
    Float16 = 15,
    Variant = 16,
    Geometry = 17,
    Geography = 18,
}
