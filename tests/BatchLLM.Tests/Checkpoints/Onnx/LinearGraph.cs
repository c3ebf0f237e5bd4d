using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx;
using BatchLLM.Checkpoints.Onnx.Proto;
using BatchLLM.Checkpoints.Onnx.Writing;
using Google.Protobuf;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>A graph of one linear layer, y = x W, with tensors in the graph itself.</summary>
internal sealed class LinearGraph
{
    private readonly GraphWriter _writer = new();

    public static byte[] Halves(params double[] values) =>
        [.. values.SelectMany(v => BitConverter.GetBytes(BitConverter.HalfToUInt16Bits((Half)v)))];

    public LinearGraph Tensor(string name, OnnxType type, byte[] raw, params long[] shape)
    {
        var proto = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(raw) };
        return Tensor(proto, shape);
    }

    public LinearGraph Tensor(TensorProto proto, params long[] shape)
    {
        proto.Dims.AddRange(shape);
        _writer.Graph.Initializer.Add(proto);
        return this;
    }

    public LinearGraph Node(string type, string[] inputs, string output, params AttributeProto[] attributes)
    {
        _writer.Add($"node_{output}", type, inputs, [output], attributes);
        return this;
    }

    /// <summary>DequantizeLinear of w, s and maybe z into d.</summary>
    public LinearGraph Dequantize(int blockSize, int axis = 0, bool hasZeroPoint = false) => Node(
        "DequantizeLinear", hasZeroPoint ? ["w", "s", "z"] : ["w", "s"], "d",
        GraphWriter.Integer("axis", axis), GraphWriter.Integer("block_size", blockSize));

    /// <summary>MatMulNBits of x, w, s and maybe z.</summary>
    public LinearGraph NBits(int outputs, int inputs, int blockSize, string zeroPoint = "") => Node(
        "MatMulNBits", zeroPoint.Length > 0 ? ["x", "w", "s", zeroPoint] : ["x", "w", "s"], "y",
        GraphWriter.Integer("K", inputs), GraphWriter.Integer("N", outputs), GraphWriter.Integer("bits", 4),
        GraphWriter.Integer("block_size", blockSize));

    /// <summary>The layer that computes y.</summary>
    public LinearWeight Resolve(int outputs, int inputs)
    {
        using var files = new OnnxDataFiles("nowhere");
        var graph = new OnnxGraph("model.onnx", _writer.Graph, new OnnxInitializerReader("model.onnx", files));
        var shapes = new Dictionary<string, ExpectedTensor> { ["m"] = new("m", outputs, inputs) };
        return new OnnxLinearResolver(graph, shapes).Resolve(new LinearPart("m", LinearNode.Find(graph, "y"), ["m"]));
    }
}
