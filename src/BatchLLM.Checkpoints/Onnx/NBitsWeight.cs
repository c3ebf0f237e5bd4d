using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Weights of a MatMulNBits (com.microsoft), which the model builder's own int4 mode writes.</summary>
/// <remarks>Source: onnxruntime, contrib_defs.cc: weight = (code - zero point) scale, zero point 8 by default.</remarks>
/// <param name="graph">The graph.</param>
internal sealed class NBitsWeight(OnnxGraph graph)
{
    private const int Codes = 1;
    private const int Scales = 2;
    private const int ZeroPoints = 3;
    private const byte DefaultZeroPoint = 8;

    /// <summary>Reads the weights' description and checks shapes and scales.</summary>
    /// <exception cref="OnnxRefusal">They are not what the configuration asks for.</exception>
    public StoredWeight Read(LinearPlace place)
    {
        var node = place.Node;
        RefuseOthers(place);
        var blockSize = StoredWeight.CheckBlockSize(graph, node);
        if (blockSize % 2 != 0)
        {
            throw graph.Refuse($"the {node.Label} has block_size {blockSize}; expected an even one");
        }

        var blocks = (place.Inputs + blockSize - 1) / blockSize;
        var codes = Constant(place, Codes, type => type == OnnxType.UInt8, (Int128)place.NodeOutputs * blocks * (blockSize / 2));
        var scales = Constant(place, Scales, type => type.IsFloat(), (Int128)place.NodeOutputs * blocks);
        ScaleCheck.Positive(graph, scales);
        var reader = new OnnxInt4Linear(
            codes.Name,
            new StoredMatrix<byte>(new NibbleElements(codes.Data, isSigned: false), Layout((long)blocks * blockSize), place.Inputs),
            new StoredMatrix<float>(new FloatElements(scales.Data), Layout(blocks), blocks),
            node.Input(ZeroPoints).Length == 0 ? null : Zeros(),
            DefaultZeroPoint);
        return new StoredWeight(reader, WeightFormat.Int4, TensorType.U8, blockSize);

        MatrixLayout Layout(long stride) => new(IsOutputMajor: true, stride, place.FirstOutput);

        // Packed, each output's zero points end at a byte; unpacked, they are floats.
        StoredMatrix<byte> Zeros()
        {
            var bytes = (blocks + 1) / 2;
            var isPacked = graph.Constant(node.Input(ZeroPoints), node).Type == OnnxType.UInt8;
            var zeros = Constant(
                place, ZeroPoints, type => isPacked || type.IsFloat(), (Int128)place.NodeOutputs * (isPacked ? bytes : blocks));
            return isPacked
                ? new StoredMatrix<byte>(new NibbleElements(zeros.Data, isSigned: false), Layout(2L * bytes), blocks)
                : new StoredMatrix<byte>(new WholeElements(ScaleCheck.Nibbles(graph, zeros)), Layout(blocks), blocks);
        }
    }

    private OnnxInitializer Constant(LinearPlace place, int input, Func<OnnxType, bool> isExpected, Int128 elements)
    {
        var tensor = graph.Constant(graph.Uncast(place.Node.Input(input)), place.Node);
        return isExpected(tensor.Type) && tensor.ElementCount == elements
            ? tensor
            : throw graph.Refuse($"{tensor.Label} and input {input} of the {place.Node.Label}; expected {elements} elements of the " +
                "operator's type");
    }

    private void RefuseOthers(LinearPlace place)
    {
        var node = place.Node;
        var (inputs, outputs, bits) = (node.Integer("K", 0), node.Integer("N", 0), node.Integer("bits", 4));
        if (inputs != place.Inputs || outputs != place.NodeOutputs || bits != 4)
        {
            throw graph.Refuse($"the {node.Label} has K {inputs}, N {outputs} and bits {bits}; expected {place.Inputs}, " +
                $"{place.NodeOutputs} and 4 by genai_config.json");
        }

        if (node.Input(4).Length > 0 || node.Input(5).Length > 0)
        {
            throw graph.Refuse($"the {node.Label} reorders its inputs (g_idx) or has a bias; expected neither");
        }
    }
}
