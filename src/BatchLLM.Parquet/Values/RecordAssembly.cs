using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>
/// Finds from the levels of leaves which places of the groups above them are null, and where the elements of each list
/// begin. Every group is found from its first leaf; the others must say the same.
/// </summary>
/// <remarks>
/// Source: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets", section 4, turned from records to
/// columns: one pass over a leaf's levels for each group above it.
/// </remarks>
internal sealed class RecordAssembly
{
    private readonly ColumnValues _other = ColumnValues.ForGroup();

    /// <summary>Fills a column and all below it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="places">Its places: rows, or elements of the list around it.</param>
    /// <param name="leaves">The values under it, in file order.</param>
    /// <exception cref="ParquetException">The leaves contradict each other.</exception>
    public void Fill(ParquetColumn column, int places, ReadOnlySpan<LeafEntries> leaves)
    {
        column.RowCount = places;
        column.Values.HasNulls = !column.Field.Levels.IsAlwaysPresent;
        if (column.Field.Shape == ParquetShape.Value)
        {
            return;
        }

        var children = column.Field.Shape == ParquetShape.Struct
            ? FillStruct(column, places, leaves)
            : FillList(column, places, leaves);
        foreach (var child in column.Children)
        {
            var count = child.Field.Leaves.Count;
            Fill(child, children, leaves[..count]);
            leaves = leaves[count..];
        }
    }

    private int FillStruct(ParquetColumn column, int places, ReadOnlySpan<LeafEntries> leaves)
    {
        var levels = column.Field.Levels;
        if (levels.IsAlwaysPresent)
        {
            return places;
        }

        column.Values.GrowPlaces(places);
        _other.GrowPlaces(places);
        FindPresence(leaves[0], levels, column.Values.Defined.AsSpan(0, places));
        foreach (var leaf in leaves[1..])
        {
            FindPresence(leaf, levels, _other.Defined.AsSpan(0, places));
            if (!_other.Defined.AsSpan(0, places).SequenceEqual(column.Values.Defined.AsSpan(0, places)))
            {
                throw leaf.Misfit(column.Field.Name);
            }
        }

        return places;
    }

    private int FillList(ParquetColumn column, int places, ReadOnlySpan<LeafEntries> leaves)
    {
        var levels = column.Field.Levels;
        column.Values.GrowPlaces(places);
        _other.GrowPlaces(places);
        FindElements(leaves[0], levels, column.Values, places);
        foreach (var leaf in leaves[1..])
        {
            FindElements(leaf, levels, _other, places);
            if (!_other.Offsets.AsSpan(0, places + 1).SequenceEqual(column.Values.Offsets.AsSpan(0, places + 1))
                || !_other.Defined.AsSpan(0, places).SequenceEqual(column.Values.Defined.AsSpan(0, places)))
            {
                throw leaf.Misfit(column.Field.Name);
            }
        }

        return column.Values.Offsets[places];
    }

    private static void FindPresence(LeafEntries leaf, NodeLevels levels, Span<byte> defined)
    {
        var repetitions = leaf.Repetitions;
        var definitions = leaf.Definitions;
        var place = 0;
        for (var i = 0; i < definitions.Length; i++)
        {
            if (repetitions[i] <= levels.OuterRepetition && definitions[i] >= levels.OuterElement)
            {
                defined[place++] = (byte)(definitions[i] >= levels.Present ? 1 : 0);
            }
        }
    }

    private static void FindElements(LeafEntries leaf, NodeLevels levels, ColumnValues target, int places)
    {
        var repetitions = leaf.Repetitions;
        var definitions = leaf.Definitions;
        var (place, elements) = (0, 0);
        for (var i = 0; i < definitions.Length; i++)
        {
            if (repetitions[i] <= levels.OuterRepetition && definitions[i] >= levels.OuterElement)
            {
                target.Offsets[place] = elements;
                target.Defined[place++] = (byte)(definitions[i] >= levels.Present ? 1 : 0);
            }

            if (repetitions[i] <= levels.Repetition && definitions[i] >= levels.Element)
            {
                elements++;
            }
        }

        target.Offsets[places] = elements;
    }
}
