namespace BatchLLM.Parquet.Metadata;

/// <summary>What a page holds.</summary>
internal enum PageType
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}
