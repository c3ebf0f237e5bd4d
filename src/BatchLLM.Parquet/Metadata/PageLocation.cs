using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>Where a data page is (the format's <c>PageLocation</c>).</summary>
internal readonly record struct PageLocation
{
    /// <summary>Where in the file its header begins.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes with its header.</summary>
    public int Size { get; init; }

    /// <summary>0-based number of its first row in the row group.</summary>
    public long FirstRow { get; init; }

    /// <summary>Reads an <c>OffsetIndex</c>: the locations of all data pages of a chunk.</summary>
    public static List<PageLocation> ReadAll(ref CompactReader reader)
    {
        var pages = new List<PageLocation>();
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            if (id == 1)
            {
                ReadList(ref reader, pages);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.LeaveStruct(outer);
        return pages;
    }

    private static void ReadList(ref CompactReader reader, List<PageLocation> pages)
    {
        var list = reader.ReadList();
        for (var i = 0; i < list.Count && reader.IsGood; i++)
        {
            reader.EnterElement(list);
            pages.Add(Read(ref reader));
        }
    }

    private static PageLocation Read(ref CompactReader reader)
    {
        var page = default(PageLocation);
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    page = page with { Offset = reader.ReadInt64() };
                    break;
                case 2:
                    page = page with { Size = reader.ReadInt32() };
                    break;
                case 3:
                    page = page with { FirstRow = reader.ReadInt64() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.LeaveStruct(outer);
        return page;
    }
}
