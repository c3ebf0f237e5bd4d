namespace BatchLLM.Parquet.Schemas;

/// <summary>
/// How a node of the schema is told from the levels of any leaf under it. A place is what the node fills: a row, or an
/// element of the innermost list around it.
/// </summary>
/// <param name="OuterRepetition">Lists around it: an entry that repeats no deeper begins a place.</param>
/// <param name="OuterElement">Definition level from which the list around it has an element; 0 outside of lists.</param>
/// <param name="Present">Definition level from which the node is not null.</param>
internal readonly record struct NodeLevels(int OuterRepetition, int OuterElement, int Present)
{
    /// <summary>Repetition level of the next element of this list.</summary>
    public int Repetition => OuterRepetition + 1;

    /// <summary>Definition level from which this list has an element.</summary>
    public int Element => Present + 1;

    /// <summary>True if no place of it can be null.</summary>
    public bool IsAlwaysPresent => Present == OuterElement;
}
