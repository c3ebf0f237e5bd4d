using BatchLLM.Checkpoints.Onnx.Proto;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>The nodes of a model by what they write, and its constants by name.</summary>
internal sealed class OnnxGraph
{
    private readonly string _fileName;
    private readonly OnnxInitializerReader _reader;
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxInitializer> _read = new(StringComparer.Ordinal);

    /// <summary>Indexes a graph.</summary>
    /// <param name="fileName">Name of the model's file, for messages.</param>
    /// <param name="graph">As it stands in the file.</param>
    /// <param name="reader">Locates the constants' bytes.</param>
    /// <exception cref="OnnxRefusal">A value is written twice.</exception>
    public OnnxGraph(string fileName, GraphProto graph, OnnxInitializerReader reader)
    {
        _fileName = fileName;
        _reader = reader;
        foreach (var tensor in graph.Initializer)
        {
            Add(_constants, tensor.Name, tensor);
        }

        foreach (var node in graph.Node.Select(n => new OnnxNode(n)))
        {
            Add(node);
        }
    }

    /// <summary>The node that writes a value; null for inputs and constants of the graph.</summary>
    public OnnxNode? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>True if the value is an initializer or the output of a Constant node.</summary>
    public bool IsConstant(string value) => _constants.ContainsKey(value);

    /// <summary>The constants that were read, which are those that the model computes with.</summary>
    public IReadOnlyCollection<OnnxInitializer> ReadConstants => _read.Values;

    /// <summary>A constant tensor.</summary>
    /// <param name="value">Its name.</param>
    /// <param name="reader">The node that takes it, for messages.</param>
    /// <exception cref="OnnxRefusal">It is computed or missing, or its description is wrong.</exception>
    public OnnxInitializer Constant(string value, OnnxNode reader)
    {
        if (_read.TryGetValue(value, out var known))
        {
            return known;
        }

        var proto = _constants.GetValueOrDefault(value)
            ?? throw Refuse($"{reader.Label} takes '{value}', which is no stored tensor; expected stored weights");
        return _read[value] = _reader.Read(proto);
    }

    /// <summary>The value that another is, before nodes that only change its type.</summary>
    /// <exception cref="OnnxRefusal">The casts go in a circle.</exception>
    public string Uncast(string value)
    {
        // A circle of casts would never end; a graph has fewer casts in a row than nodes.
        for (var steps = 0; steps <= _producers.Count; steps++)
        {
            if (Producer(value) is not { Operator: "Cast" } cast)
            {
                return value;
            }

            value = cast.Input(0);
        }

        throw Refuse($"'{value}' depends on itself; expected a graph without circles");
    }

    /// <summary>The node that computes a value, past nodes that only change its type.</summary>
    /// <exception cref="OnnxRefusal">No node writes it.</exception>
    public OnnxNode Computed(string value) => Producer(Uncast(value))
        ?? throw Refuse($"no node writes '{value}'; expected the graph of a decoder");

    /// <summary>The node that computes a value, which must be of certain operators.</summary>
    /// <exception cref="OnnxRefusal">It is another, or there is none.</exception>
    public OnnxNode Node(string value, params string[] operators)
    {
        var node = Computed(value);
        return operators.Contains(node.Operator, StringComparer.Ordinal)
            ? node
            : throw Refuse($"the {node.Label} stands where a Llama decoder has {string.Join(" or ", operators)}");
    }

    /// <summary>Holds two values against each other, past casts.</summary>
    /// <exception cref="OnnxRefusal">They are different values.</exception>
    public void RequireSame(string found, string expected, OnnxNode node)
    {
        if (Uncast(found) != Uncast(expected))
        {
            throw Refuse($"the {node.Label} takes '{found}' where a Llama decoder takes '{expected}'");
        }
    }

    /// <summary>A refusal that names the file.</summary>
    public OnnxRefusal Refuse(string fault) =>
        new($"{_fileName}: {fault}. Use a Llama model exported by onnxruntime-genai's model builder.");

    private void Add(OnnxNode node)
    {
        if (node.Operator == "Constant" && node.Tensor("value") is { } tensor)
        {
            // The tensor inside a Constant has no name of its own to be found by.
            tensor.Name = node.Output(0);
            Add(_constants, node.Output(0), tensor);
            return;
        }

        foreach (var output in node.Outputs.Where(o => o.Length > 0))
        {
            Add(_producers, output, node);
        }
    }

    private void Add<T>(Dictionary<string, T> values, string name, T value)
    {
        if (!values.TryAdd(name, value))
        {
            throw Refuse($"'{name}' is written twice; expected every value once");
        }
    }
}
