using System.Buffers.Binary;
using BatchLLM.Checkpoints.Onnx.Proto;
using Google.Protobuf;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>Adds nodes, stored tensors, inputs and outputs to a graph.</summary>
internal sealed class GraphWriter
{
    private const int External = 1;
    private const int FloatAttribute = 1;
    private const int IntegerAttribute = 2;

    /// <summary>The domain of onnxruntime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; } = new() { Name = "main_graph" };

    /// <summary>Adds a node that writes one value, named after it.</summary>
    /// <returns>The value's name.</returns>
    public string Add(string name, string type, string[] inputs, params AttributeProto[] attributes) =>
        Add(name, type, inputs, [$"{name}/output_0"], attributes);

    /// <summary>Adds a node.</summary>
    /// <returns>Its first output.</returns>
    public string Add(string name, string type, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { Name = name, OpType = type };
        if (type is "SkipSimplifiedLayerNormalization" or "RotaryEmbedding" or "GroupQueryAttention")
        {
            node.Domain = Microsoft;
        }

        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        return outputs[0];
    }

    /// <summary>An integer attribute.</summary>
    public static AttributeProto Integer(string name, long value) => new() { Name = name, I = value, Type = IntegerAttribute };

    /// <summary>A float attribute.</summary>
    public static AttributeProto Float(string name, double value) => new() { Name = name, F = (float)value, Type = FloatAttribute };

    /// <summary>Adds a tensor that stands in the data file.</summary>
    public void AddStored(OnnxStoredTensor tensor)
    {
        var proto = new TensorProto { Name = tensor.Name, DataType = tensor.DataType, DataLocation = External };
        proto.Dims.AddRange(tensor.Shape);
        proto.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = OnnxDataFile.FileName });
        proto.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = FormattableString.Invariant($"{tensor.Offset}") });
        proto.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = FormattableString.Invariant($"{tensor.Length}") });
        Graph.Initializer.Add(proto);
    }

    /// <summary>Adds an integer constant.</summary>
    /// <returns>Its name.</returns>
    public string AddInteger(string name, long value, params long[] shape)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var proto = new TensorProto { Name = name, DataType = (int)OnnxType.Int64, RawData = ByteString.CopyFrom(bytes) };
        proto.Dims.AddRange(shape);
        Graph.Initializer.Add(proto);
        return name;
    }

    /// <summary>Adds an input of the graph; sizes are numbers or names.</summary>
    public void AddInput(string name, OnnxType type, params object[] sizes) => Graph.Input.Add(Value(name, type, sizes));

    /// <summary>Adds an output of the graph; sizes are numbers or names.</summary>
    public void AddOutput(string name, OnnxType type, params object[] sizes) => Graph.Output.Add(Value(name, type, sizes));

    private static ValueInfoProto Value(string name, OnnxType type, object[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sizes.Select(size => size is string symbol
            ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
            : new TensorShapeProto.Types.Dimension { DimValue = (int)size }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
