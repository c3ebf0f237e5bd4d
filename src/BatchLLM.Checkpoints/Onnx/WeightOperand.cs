namespace BatchLLM.Checkpoints.Onnx;

/// <summary>What a MatMul multiplies by, past casts and transpositions.</summary>
/// <param name="Weight">Floats or 4-bit codes. // [inputs, outputs], or [outputs, inputs]</param>
/// <param name="Dequantize">The node that makes floats of codes; null for floats.</param>
/// <param name="IsOutputMajor">True if it is stored [outputs, inputs], which a Transpose turns.</param>
internal sealed record WeightOperand(OnnxInitializer Weight, OnnxNode? Dequantize, bool IsOutputMajor)
{
    // One Transpose is what exporters write; the limit is for circles.
    private const int MaxTransposes = 4;

    /// <summary>Follows a node's second input.</summary>
    /// <exception cref="OnnxRefusal">It does not lead to a stored matrix.</exception>
    public static WeightOperand Of(OnnxGraph graph, OnnxNode node)
    {
        var isTurned = false;
        var value = graph.Uncast(node.Input(1));
        for (var step = 0; step <= MaxTransposes; step++)
        {
            if (graph.IsConstant(value))
            {
                return Matrix(graph, graph.Constant(value, node), null, isTurned);
            }

            var producer = graph.Node(value, "Transpose", "DequantizeLinear", "TRT_INT4DequantizeLinear");
            if (producer.Operator.EndsWith("DequantizeLinear", StringComparison.Ordinal))
            {
                return Matrix(graph, graph.Constant(producer.Input(0), producer), producer, isTurned);
            }

            RequireSwap(graph, producer);
            isTurned = !isTurned;
            value = graph.Uncast(producer.Input(0));
        }

        throw graph.Refuse($"the weights of the {node.Label} are transposed more than {MaxTransposes} times; expected stored weights");
    }

    private static void RequireSwap(OnnxGraph graph, OnnxNode node)
    {
        if (node.Integers("perm") is not (null or [1, 0]))
        {
            throw graph.Refuse($"the {node.Label} does not swap rows and columns; expected perm [1, 0]");
        }
    }

    private static WeightOperand Matrix(OnnxGraph graph, OnnxInitializer weight, OnnxNode? dequantize, bool isTurned) =>
        weight.Shape.Length == 2
            ? new WeightOperand(weight, dequantize, isTurned)
            : throw graph.Refuse($"{weight.Label}; expected a linear layer's matrix");
}
