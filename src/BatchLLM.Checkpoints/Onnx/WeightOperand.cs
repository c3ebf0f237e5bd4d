namespace BatchLLM.Checkpoints.Onnx;

/// <summary>What a MatMul multiplies by, past casts and transpositions.</summary>
/// <param name="Weight">Floats or 4-bit codes. // [inputs, outputs], or [outputs, inputs]</param>
/// <param name="Dequantize">The node that makes floats of codes; null for floats.</param>
/// <param name="IsOutputMajor">True if it is stored [outputs, inputs], which a Transpose turns.</param>
internal sealed record WeightOperand(OnnxInitializer Weight, OnnxNode? Dequantize, bool IsOutputMajor)
{
    // Weight, DequantizeLinear, Cast, Transpose, MatMul; a longer chain is none of an exporter.
    private const int MaxSteps = 8;

    /// <summary>Follows a node's second input.</summary>
    /// <exception cref="OnnxRefusal">It does not lead to a stored matrix.</exception>
    public static WeightOperand Of(OnnxGraph graph, OnnxNode node)
    {
        var isTurned = false;
        var value = node.Input(1);
        for (var step = 0; step < MaxSteps; step++)
        {
            if (graph.IsConstant(value))
            {
                return Matrix(graph, graph.Constant(value, node), null, isTurned);
            }

            var producer = graph.Node(value, "Cast", "Transpose", "DequantizeLinear", "TRT_INT4DequantizeLinear");
            if (producer.Operator.EndsWith("DequantizeLinear", StringComparison.Ordinal))
            {
                return Matrix(graph, graph.Constant(producer.Input(0), producer), producer, isTurned);
            }

            isTurned = Turns(graph, producer) ^ isTurned;
            value = producer.Input(0);
        }

        throw graph.Refuse($"the weights of the {node.Label} pass through more than {MaxSteps} nodes; expected stored weights");
    }

    private static bool Turns(OnnxGraph graph, OnnxNode node) =>
        node.Operator == "Transpose" && (node.Integers("perm") is null or [1, 0]
            ? true
            : throw graph.Refuse($"the {node.Label} does not swap rows and columns; expected perm [1, 0]"));

    private static WeightOperand Matrix(OnnxGraph graph, OnnxInitializer weight, OnnxNode? dequantize, bool isTurned) =>
        weight.Shape.Length == 2
            ? new WeightOperand(weight, dequantize, isTurned)
            : throw graph.Refuse($"{weight.Label}; expected a linear layer's matrix");
}
