using BatchLLM.Checkpoints.Onnx.Proto;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A node of the graph with its attributes by name.</summary>
/// <param name="proto">As it stands in the file.</param>
internal sealed class OnnxNode(NodeProto proto)
{
    /// <summary>The operator, without its domain.</summary>
    public string Operator => proto.OpType;

    /// <summary>For messages: the operator and the node's name.</summary>
    public string Label => $"{proto.OpType} node '{proto.Name}'";

    /// <summary>Inputs in order; an absent one is empty.</summary>
    public IReadOnlyList<string> Inputs => proto.Input;

    /// <summary>Outputs in order; an absent one is empty.</summary>
    public IReadOnlyList<string> Outputs => proto.Output;

    /// <summary>An input's name, empty if it is absent.</summary>
    public string Input(int index) => index < proto.Input.Count ? proto.Input[index] : "";

    /// <summary>An output's name, empty if it is absent.</summary>
    public string Output(int index) => index < proto.Output.Count ? proto.Output[index] : "";

    /// <summary>An integer attribute.</summary>
    public long Integer(string name, long absent) => Attribute(name) is { HasI: true } found ? found.I : absent;

    /// <summary>A float attribute.</summary>
    public float Float(string name, float absent) => Attribute(name) is { HasF: true } found ? found.F : absent;

    /// <summary>An attribute of integers; null if it is absent.</summary>
    public IReadOnlyList<long>? Integers(string name) => Attribute(name)?.Ints;

    /// <summary>A tensor attribute; null if it is absent.</summary>
    public TensorProto? Tensor(string name) => Attribute(name)?.T;

    private AttributeProto? Attribute(string name) => proto.Attribute.FirstOrDefault(a => a.Name == name);
}
