using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>
/// A random node of a schema, with random values, and the levels that the definition of the format gives them, record by
/// record.
/// </summary>
internal sealed class RandomNode
{
    private static readonly string[] Words = ["", "a", "schön 😀", "0", "a longer text than the others"];

    private readonly string _name;
    private readonly NodeForm _form;
    private readonly bool _isOptional;
    private readonly int _repetition;
    private readonly List<RandomNode> _children = [];

    /// <param name="random">What it is drawn from.</param>
    /// <param name="name">Its name.</param>
    /// <param name="depth">How deep it may still be.</param>
    /// <param name="repetition">Lists around it.</param>
    /// <param name="definition">Optional and repeated nodes above it.</param>
    /// <param name="required">True if it may not be null: a repeated element, or a key.</param>
    /// <param name="forms">What it may be; null for anything.</param>
    public RandomNode(
        Random random, string name, int depth, int repetition, int definition, bool required = false, NodeForm[]? forms = null)
    {
        forms ??= depth == 0 ? [NodeForm.Text, NodeForm.Number] : Enum.GetValues<NodeForm>();
        (_name, _form) = (name, forms[random.Next(forms.Length)]);
        _isOptional = !required && _form != NodeForm.BareList && random.Next(3) > 0;
        definition += _isOptional ? 1 : 0;
        _repetition = _form is NodeForm.Text or NodeForm.Number or NodeForm.Struct ? repetition : repetition + 1;
        MaxDefinition = definition;
        AddChildren(random, depth - 1, definition);
    }

    public int MaxDefinition { get; }

    public IEnumerable<RandomNode> Leaves => _children.Count == 0 ? [this] : _children.SelectMany(child => child.Leaves);

    public LeafChunk NewChunk(int pageVersion, ParquetEncoding levels) => new(
        _form == NodeForm.Text ? ParquetPhysicalType.ByteArray : ParquetPhysicalType.Int32, _repetition, MaxDefinition)
    {
        PageVersion = pageVersion,
        Levels = levels,
    };

    /// <summary>A value in the form of <see cref="NestedText"/>.</summary>
    public JsonNode? NewValue(Random random)
    {
        if (_isOptional && random.Next(4) == 0)
        {
            return null;
        }

        return _form switch
        {
            NodeForm.Text => JsonValue.Create(Words[random.Next(Words.Length)]),
            NodeForm.Number => JsonValue.Create($"{random.Next(-1000, 1000)}"),
            NodeForm.Struct => new JsonObject(_children.Select(child => KeyValuePair.Create(child._name, child.NewValue(random)))),
            NodeForm.Map => Repeat(random, () => new JsonArray(_children[0].NewValue(random), _children[1].NewValue(random))),
            _ => Repeat(random, () => _children[0].NewValue(random)),
        };
    }

    /// <summary>Cuts a value into entries of the leaves below.</summary>
    /// <param name="value">The value.</param>
    /// <param name="repetition">Level of its first entry.</param>
    /// <param name="definition">Level of what is around it.</param>
    /// <param name="add">Receives the entries.</param>
    public void Strip(JsonNode? value, int repetition, int definition, Action<RandomNode, Entry> add)
    {
        definition += _isOptional && value is not null ? 1 : 0;
        switch (value)
        {
            case JsonObject members:
                _children.ForEach(child => child.Strip(members[child._name], repetition, definition, add));
                break;
            case JsonArray { Count: > 0 } items:
                StripItems(items, repetition, definition, add);
                break;
            case JsonValue text:
                add(this, new Entry(repetition, definition, Encode(text.GetValue<string>())));
                break;
            default:
                Leaves.ToList().ForEach(leaf => add(leaf, new Entry(repetition, definition, null)));
                break;
        }
    }

    /// <summary>The nodes of the schema, depth first.</summary>
    public IEnumerable<SchemaElement> Elements()
    {
        var repetition = _isOptional ? Repetition.Optional : Repetition.Required;
        var node = new SchemaElement(_name) { Repetition = repetition };
        var below = _children.SelectMany(child => child.Elements()).ToList();
        return _form switch
        {
            NodeForm.Text => [node with { Type = ParquetPhysicalType.ByteArray, ConvertedType = ConvertedType.Utf8 }],
            NodeForm.Number => [node with { Type = ParquetPhysicalType.Int32 }],
            NodeForm.Struct => [node with { ChildCount = _children.Count }, .. below],
            NodeForm.List => [node with { ChildCount = 1, ConvertedType = ConvertedType.List }, Repeated("list", 1), .. below],
            NodeForm.Map => [node with { ChildCount = 1, ConvertedType = ConvertedType.Map }, Repeated("entries", 2), .. below],
            NodeForm.BareList => [below[0] with { Name = _name, Repetition = Repetition.Repeated }, .. below.Skip(1)],
            _ =>
            [
                node with { ChildCount = 1, Logical = new LogicalAnnotation(LogicalType.List) },
                below[0] with { Repetition = Repetition.Repeated }, .. below.Skip(1),
            ],
        };
    }

    private static SchemaElement Repeated(string name, int children) =>
        new(name) { Repetition = Repetition.Repeated, ChildCount = children };

    private void AddChildren(Random random, int depth, int definition)
    {
        switch (_form)
        {
            case NodeForm.Struct:
                _children.AddRange(Enumerable.Range(0, random.Next(1, 4))
                    .Select(i => new RandomNode(random, $"f{i}", depth, _repetition, definition)));
                break;
            case NodeForm.List:
                // Around a repeated node the repeated group would be the element, by the older rules.
                NodeForm[]? elements = depth > 0 ? [.. Enum.GetValues<NodeForm>().Except([NodeForm.BareList])] : null;
                _children.Add(new RandomNode(random, "element", depth, _repetition, definition + 1, false, elements));
                break;
            case NodeForm.Map:
                _children.Add(new RandomNode(random, "key", 0, _repetition, definition + 1, required: true));
                _children.Add(new RandomNode(random, "value", depth, _repetition, definition + 1));
                break;
            case NodeForm.TwoLevelList or NodeForm.BareList:
                // A repeated list would need a repeated node of its own, which is another form.
                NodeForm[] forms = depth > 0
                    ? [NodeForm.Text, NodeForm.Number, NodeForm.Struct]
                    : [NodeForm.Text, NodeForm.Number];
                _children.Add(new RandomNode(random, "array", depth, _repetition, definition + 1, required: true, forms));
                break;
        }
    }

    private static JsonArray Repeat(Random random, Func<JsonNode?> item) =>
        new([.. Enumerable.Range(0, random.Next(random.Next(6) == 0 ? 40 : 4)).Select(_ => item())]);

    private void StripItems(JsonArray items, int repetition, int definition, Action<RandomNode, Entry> add)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var at = i == 0 ? repetition : _repetition;
            if (_form == NodeForm.Map)
            {
                _children[0].Strip(items[i]![0], at, definition + 1, add);
                _children[1].Strip(items[i]![1], at, definition + 1, add);
            }
            else
            {
                _children[0].Strip(items[i], at, definition + 1, add);
            }
        }
    }

    private byte[] Encode(string text)
    {
        if (_form == NodeForm.Number)
        {
            return BitConverter.GetBytes(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes(bytes.Length), .. bytes];
    }
}
