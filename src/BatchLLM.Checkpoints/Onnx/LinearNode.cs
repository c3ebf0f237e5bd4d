namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A linear layer found in the graph.</summary>
/// <param name="Node">MatMul or MatMulNBits.</param>
/// <param name="Source">The value that it is computed from, before the factors.</param>
/// <param name="Factors">AWQ's factors on its input; null for none. // [inputs]</param>
internal sealed record LinearNode(OnnxNode Node, string Source, OnnxInitializer? Factors)
{
    /// <summary>True for the operators that multiply by weights.</summary>
    public static bool IsLinear(OnnxNode node) => node.Operator is "MatMul" or "MatMulNBits";

    /// <summary>The layer that computes a value.</summary>
    /// <exception cref="OnnxRefusal">Something else computes it.</exception>
    public static LinearNode Find(OnnxGraph graph, string value)
    {
        var node = graph.Node(value, "MatMul", "MatMulNBits");
        var source = graph.Uncast(node.Input(0));
        if (graph.Producer(source) is not { Operator: "Mul" } product)
        {
            return new LinearNode(node, source, null);
        }

        // A product of two computed values is the feed-forward part's own.
        var (first, second) = (graph.Uncast(product.Input(0)), graph.Uncast(product.Input(1)));
        return graph.IsConstant(second) ? new LinearNode(node, first, graph.Constant(second, product))
            : graph.IsConstant(first) ? new LinearNode(node, second, graph.Constant(first, product))
            : new LinearNode(node, source, null);
    }
}
