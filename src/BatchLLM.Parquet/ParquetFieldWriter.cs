using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet;

/// <summary>
/// One field of a <see cref="ParquetWriter"/>: takes exactly one value, or null, for each place that it has: each row, or
/// each element of the list around it. A method that does not go with the field's shape is misuse.
/// </summary>
/// <remarks>
/// Source: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets", section 4: what is missing is written to
/// every leaf below, with the level up to which it is there.
/// </remarks>
public sealed class ParquetFieldWriter
{
    private readonly ParquetColumnWriter? _value;
    private readonly int _present;
    private readonly int _repetition;
    private int _place;
    private int _elements;

    /// <param name="schema">What is written.</param>
    /// <param name="leaves">The columns under the fields, in file order: takes its own from the front.</param>
    /// <param name="definition">Definition level of what is around it.</param>
    /// <param name="repetition">Lists and maps around it.</param>
    internal ParquetFieldWriter(
        ParquetFieldSchema schema, Queue<ParquetColumnWriter> leaves, int definition = 0, int repetition = 0)
    {
        var isList = schema.Shape is ParquetShape.List or ParquetShape.Map;
        Schema = schema;
        _present = definition + (schema.IsOptional ? 1 : 0);
        _repetition = repetition + (isList ? 1 : 0);
        _value = schema.Shape == ParquetShape.Value ? leaves.Dequeue() : null;
        Children =
            [.. schema.Children.Select(child => new ParquetFieldWriter(child, leaves, _present + (isList ? 1 : 0), _repetition))];
    }

    /// <summary>Name and shape.</summary>
    public ParquetFieldSchema Schema { get; }

    /// <summary>
    /// A struct's members, each of which is given its value after <see cref="BeginStruct"/>; a list's elements, or a map's
    /// keys and values, after each <see cref="BeginElement"/>.
    /// </summary>
    public IReadOnlyList<ParquetFieldWriter> Children { get; }

    /// <summary>Takes the values of a field that is one.</summary>
    /// <exception cref="InvalidOperationException">The field is of another shape.</exception>
    public ParquetColumnWriter Value => _value ?? throw Wrong("a value");

    /// <summary>Adds null.</summary>
    /// <exception cref="InvalidOperationException">The field is a value that may not be null.</exception>
    public void AppendNull()
    {
        if (_value is not null)
        {
            _value.AppendNull();
        }
        else
        {
            AppendMissing(_present - 1);
        }
    }

    /// <summary>Begins a struct: every member must be given its value next.</summary>
    /// <exception cref="InvalidOperationException">The field is of another shape.</exception>
    public void BeginStruct()
    {
        Expect(Schema.Shape == ParquetShape.Struct, "a struct");
        SetPlace(_place);
    }

    /// <summary>Begins a list or map: its elements come next, and then its end.</summary>
    /// <exception cref="InvalidOperationException">The field is of another shape.</exception>
    public void BeginList()
    {
        Expect(Schema.Shape is ParquetShape.List or ParquetShape.Map, "a list or map");
        _elements = 0;
    }

    /// <summary>Begins an element, or a pair of a map: the children must be given their values next.</summary>
    /// <exception cref="InvalidOperationException">The field is of another shape.</exception>
    public void BeginElement()
    {
        Expect(Schema.Shape is ParquetShape.List or ParquetShape.Map, "an element");
        SetPlace(_elements++ == 0 ? _place : _repetition);
    }

    /// <summary>Ends a list or map, which may be empty.</summary>
    public void EndList()
    {
        if (_elements == 0)
        {
            AppendMissing(_present);
        }
    }

    /// <summary>Tells the fields below, as far as they stand in the same place, at which level that place repeats.</summary>
    private void SetPlace(int repetition)
    {
        foreach (var child in Children)
        {
            child._place = repetition;
            if (child._value is not null)
            {
                child._value.Repetition = repetition;
            }
        }
    }

    private void AppendMissing(int definition)
    {
        foreach (var child in Children)
        {
            if (child._value is { } leaf)
            {
                leaf.Repetition = _place;
                leaf.AppendMissing(definition);
            }
            else
            {
                child._place = _place;
                child.AppendMissing(definition);
            }
        }
    }

    private void Expect(bool condition, string given)
    {
        if (!condition)
        {
            throw Wrong(given);
        }
    }

    private InvalidOperationException Wrong(string given) =>
        new($"Field '{Schema.Name}' is {Schema}, and cannot take {given}.");
}
