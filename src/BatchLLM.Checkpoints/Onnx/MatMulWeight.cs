using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>
/// Weights of a MatMul: floats, or codes that DequantizeLinear (opset 21, blocked) turns into floats, which is what
/// ModelOpt writes.
/// </summary>
/// <remarks>Source: onnx, DequantizeLinear version 21: weight = (code - zero point) scale, zero point 0 by default.</remarks>
/// <param name="graph">The graph.</param>
internal sealed class MatMulWeight(OnnxGraph graph)
{
    // Signed codes are moved up by 8, and their zero with them.
    private const byte SignedZeroPoint = 8;

    /// <summary>Reads the weights' description and checks shapes and scales.</summary>
    /// <exception cref="OnnxRefusal">They are not what the configuration asks for.</exception>
    public StoredWeight Read(LinearPlace place)
    {
        var operand = WeightOperand.Of(graph, place.Node);
        var isOutputMajor = operand.IsOutputMajor;
        RequireShape(operand.Weight, isOutputMajor, place.NodeOutputs, place.Inputs);
        var layout = new MatrixLayout(isOutputMajor, isOutputMajor ? place.Inputs : place.NodeOutputs, place.FirstOutput);
        return operand.Dequantize is { } dequantize
            ? Blocked(place, operand, dequantize, layout)
            : Floats(place, operand.Weight, layout);
    }

    private StoredWeight Floats(LinearPlace place, OnnxInitializer weight, MatrixLayout layout) => weight.Type.IsFloat()
        ? new StoredWeight(
            new OnnxFloatLinear(weight.Data, layout, place.Inputs), WeightFormat.Float, weight.Type.Stored(), place.Inputs)
        : throw graph.Refuse($"{weight.Label} and the {place.Node.Label} takes it without DequantizeLinear; expected floats");

    private StoredWeight Blocked(LinearPlace place, WeightOperand operand, OnnxNode node, MatrixLayout layout)
    {
        var (weight, isOutputMajor) = (operand.Weight, operand.IsOutputMajor);
        if (!weight.Type.IsNibble())
        {
            throw graph.Refuse($"{weight.Label} and goes through the {node.Label}; expected INT4 or UINT4");
        }

        RequireAxis(node, isOutputMajor ? 1 : 0);
        var blockSize = StoredWeight.CheckBlockSize(graph, node);
        var blocks = (place.Inputs + blockSize - 1) / blockSize;
        var scale = graph.Constant(graph.Uncast(node.Input(1)), node);
        RequireShape(scale, isOutputMajor, place.NodeOutputs, blocks);
        ScaleCheck.Positive(graph, scale);
        var perBlock = layout.WithStride(blocks, place.NodeOutputs);
        var isSigned = weight.Type == OnnxType.Int4;
        var reader = new OnnxInt4Linear(
            weight.Name,
            new StoredMatrix<byte>(new NibbleElements(weight.Data, isSigned), layout, place.Inputs),
            new StoredMatrix<float>(new FloatElements(scale.Data), perBlock, blocks),
            ZeroPoints(place, operand, node, perBlock, blocks),
            isSigned ? SignedZeroPoint : (byte)0);
        return new StoredWeight(reader, WeightFormat.Int4, TensorType.U8, blockSize);
    }

    private StoredMatrix<byte>? ZeroPoints(
        LinearPlace place, WeightOperand operand, OnnxNode node, MatrixLayout layout, int blocks)
    {
        if (node.Input(2).Length == 0)
        {
            return null;
        }

        var zeroPoint = graph.Constant(node.Input(2), node);
        RequireShape(zeroPoint, operand.IsOutputMajor, place.NodeOutputs, blocks);
        return zeroPoint.Type == operand.Weight.Type
            ? new StoredMatrix<byte>(new NibbleElements(zeroPoint.Data, zeroPoint.Type == OnnxType.Int4), layout, blocks)
            : throw graph.Refuse($"{zeroPoint.Label}; expected zero points of the type of '{operand.Weight.Name}'");
    }

    private void RequireAxis(OnnxNode node, int expected)
    {
        var axis = node.Integer("axis", 1);
        if ((axis < 0 ? axis + 2 : axis) != expected)
        {
            throw graph.Refuse($"the {node.Label} has axis {axis}; expected {expected}, blocks along the inputs");
        }
    }

    private void RequireShape(OnnxInitializer tensor, bool isOutputMajor, long outputs, long columns)
    {
        long[] expected = isOutputMajor ? [outputs, columns] : [columns, outputs];
        if (!tensor.Shape.SequenceEqual(expected))
        {
            throw graph.Refuse($"{tensor.Label}; expected [{string.Join(", ", expected)}] by genai_config.json");
        }
    }
}
