using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Turns the linear nodes of a graph into layers that can be read, whatever form their weights are stored in.</summary>
/// <param name="graph">The graph.</param>
/// <param name="shapes">Shapes [outputs, inputs] that the configuration asks for, by module.</param>
internal sealed class OnnxLinearResolver(OnnxGraph graph, IReadOnlyDictionary<string, ExpectedTensor> shapes)
{
    /// <summary>Outputs that a node's stored weights have.</summary>
    /// <exception cref="OnnxRefusal">They are stored in no known form.</exception>
    public static long Outputs(OnnxGraph graph, OnnxNode node)
    {
        if (node.Operator == "MatMulNBits")
        {
            return node.Integer("N", 0);
        }

        var operand = WeightOperand.Of(graph, node);
        return operand.IsOutputMajor ? operand.Weight.Shape[0] : operand.Weight.Shape[1];
    }

    /// <summary>Resolves a layer.</summary>
    /// <exception cref="OnnxRefusal">Its weights, scales or factors are not what the configuration asks for.</exception>
    public LinearWeight Resolve(LinearPart part)
    {
        var outputs = Rows(part.Module);
        var inputs = checked((int)shapes[part.Module].Shape[1]);
        var place = new LinearPlace(
            part.Linear.Node, outputs, inputs, part.Packed.TakeWhile(m => m != part.Module).Sum(Rows), part.Packed.Sum(m => (long)Rows(m)));
        var stored = part.Linear.Node.Operator == "MatMulNBits"
            ? new NBitsWeight(graph).Read(place)
            : new MatMulWeight(graph).Read(place);
        return new LinearWeight(stored.Reader)
        {
            Name = part.Module,
            Format = stored.Format,
            StoredType = stored.StoredType,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = stored.BlockSize,
            InputFactors = part.Linear.Factors is { } factors ? Factors(factors, inputs) : null,
        };
    }

    private int Rows(string module) => checked((int)shapes[module].Shape[0]);

    private float[] Factors(OnnxInitializer factors, int inputs)
    {
        if (factors.ElementCount != inputs || !factors.Type.IsFloat())
        {
            throw graph.Refuse($"{factors.Label} and multiplies a linear layer's input; expected {inputs} floats, one per input");
        }

        ScaleCheck.Positive(graph, factors);
        var values = new float[inputs];
        factors.Data.ReadFloats(0, values);
        return values;
    }
}
