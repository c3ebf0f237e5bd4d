using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// The indexes of one chunk, with which readers pass over pages without looking at them: where each page is and with which
/// row it begins, and between which values its own lie.
/// </summary>
/// <remarks>Source: PageIndex.md and parquet.thrift of the format, <c>OffsetIndex</c> and <c>ColumnIndex</c>.</remarks>
internal static class PageIndex
{
    private const int Unordered = 0;
    private const int Ascending = 1;
    private const int Descending = 2;

    /// <summary>Encodes an <c>OffsetIndex</c>.</summary>
    public static ReadOnlyMemory<byte> Offsets(IReadOnlyList<WrittenPage> pages)
    {
        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.BeginList(1, CompactType.Struct, pages.Count);
        foreach (var page in pages)
        {
            writer.BeginStruct();
            writer.WriteInt64(1, page.Offset);
            writer.WriteInt32(2, page.Size);
            writer.WriteInt64(3, page.FirstRow);
            writer.EndStruct();
        }

        writer.EndStruct();
        return writer.Written;
    }

    /// <summary>
    /// Encodes a <c>ColumnIndex</c>; empty where there may be none, because a page has values and no bounds of them.
    /// </summary>
    public static ReadOnlyMemory<byte> Bounds(IReadOnlyList<PageSummary> pages, ParquetColumnType type)
    {
        if (pages.Any(page => page.ValueCount > 0 && page.Bounds?.Max is null))
        {
            return default;
        }

        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.BeginList(1, CompactType.True, pages.Count);
        WriteElements(pages, page => writer.WriteElement(page.ValueCount == 0));
        writer.BeginList(2, CompactType.Binary, pages.Count);
        WriteElements(pages, page => writer.WriteElement(page.Bounds?.Min ?? []));
        writer.BeginList(3, CompactType.Binary, pages.Count);
        WriteElements(pages, page => writer.WriteElement(page.Bounds?.Max ?? []));
        writer.WriteInt32(4, Order([.. pages.Where(page => page.ValueCount > 0).Select(page => page.Bounds!)], type));
        writer.BeginList(5, CompactType.I64, pages.Count);
        WriteElements(pages, page => writer.WriteElement(page.NullCount));
        writer.EndStruct();
        return writer.Written;
    }

    private static void WriteElements(IReadOnlyList<PageSummary> pages, Action<PageSummary> write)
    {
        foreach (var page in pages)
        {
            write(page);
        }
    }

    /// <summary>The format's <c>BoundaryOrder</c>: both bounds rise, or both fall; pages of nulls do not count.</summary>
    private static int Order(List<ValueBounds> bounds, ParquetColumnType type)
    {
        var (rises, falls) = (true, true);
        for (var i = 1; i < bounds.Count; i++)
        {
            var min = ValueOrder.Compare(type, bounds[i - 1].Min, bounds[i].Min);
            var max = ValueOrder.Compare(type, bounds[i - 1].Max, bounds[i].Max);
            rises &= min <= 0 && max <= 0;
            falls &= min >= 0 && max >= 0;
        }

        return rises ? Ascending : falls ? Descending : Unordered;
    }
}
