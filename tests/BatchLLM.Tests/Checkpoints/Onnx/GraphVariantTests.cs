using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Onnx.Proto;
using BatchLLM.Checkpoints.Onnx.Writing;
using Google.Protobuf;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>Graphs that compute the same and are put together otherwise.</summary>
public sealed class GraphVariantTests
{
    [Fact]
    public void Packed_projections_with_rotation_inside_the_attention_are_split()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => PackProjections(m, small));
        using var model = small.Open(out var problems)!;
        Assert.Empty(problems);
        foreach (var part in new[] { "q", "k", "v" })
        {
            var module = LlamaTensors.Module(0, $"self_attn.{part}_proj");
            var linear = model.Parts.Linears[module];
            var codes = new byte[small.Codes[module].Length];
            linear.ReadCodes(0, codes);
            Assert.Equal(small.Codes[module].Select(c => (byte)(c + 8)), codes);
            var scales = new float[small.Scales[module].Length];
            linear.ReadScales(0, scales);
            Assert.Equal(small.Scales[module].Select(s => (float)s), scales);
        }
    }

    [Fact]
    public void Names_of_nodes_and_order_of_operands_do_not_matter()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m =>
        {
            foreach (var node in m.Graph.Node)
            {
                node.Name = "";
                if (node.OpType is "Mul" or "SkipSimplifiedLayerNormalization")
                {
                    (node.Input[0], node.Input[1]) = (node.Input[1], node.Input[0]);
                }
            }
        });
        using var model = small.Open(out var problems)!;
        Assert.Empty(problems);
        Assert.Equal(15, model.Parts.Linears.Count);
        Assert.NotNull(model.Parts.Linears[LlamaTensors.Module(0, "mlp.down_proj")].InputFactors);
    }

    [Fact]
    public void Weights_that_two_projections_swap_are_read_where_the_graph_uses_them()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m =>
        {
            var gate = m.Graph.Node.Single(n => n.Name == "/model/layers.0/mlp/gate_proj/MatMul");
            var up = m.Graph.Node.Single(n => n.Name == "/model/layers.0/mlp/up_proj/MatMul");
            (gate.Input[1], up.Input[1]) = (up.Input[1], gate.Input[1]);
        });
        using var model = small.Open(out _)!;
        var linear = model.Parts.Linears[LlamaTensors.Module(0, "mlp.gate_proj")];
        var codes = new byte[linear.InputCount];
        linear.ReadCodes(0, codes);
        Assert.Equal(small.Codes[LlamaTensors.Module(0, "mlp.up_proj")].Take(codes.Length).Select(c => (byte)(c + 8)), codes);
    }

    // As the builder does it for CUDA: one MatMul, and the attention turns queries and keys itself.
    private static void PackProjections(ModelProto model, SmallOnnxModel small)
    {
        string[] modules = [.. new[] { "q", "k", "v" }.Select(p => LlamaTensors.Module(0, $"self_attn.{p}_proj"))];
        var matrix = new Int4Matrix(512, 256, 128);
        var first = 0;
        foreach (var module in modules)
        {
            matrix.SetRows(first, small.Codes[module], small.Scales[module]);
            first += small.Codes[module].Length / 256;
        }

        Inline(model, "qkv_i4", 22, matrix.Codes, 256, 512);
        Inline(model, "qkv_scale", 10, System.Runtime.InteropServices.MemoryMarshal.AsBytes(matrix.Scales), 2, 512);
        var dequantize = model.Graph.Node.Single(n => n.Name == "model.layers.0.attn.q_proj.MatMul.weight_DequantizeLinear");
        (dequantize.Input[0], dequantize.Input[1]) = ("qkv_i4", "qkv_scale");
        var attention = model.Graph.Node.Single(n => n.Name == "/model/layers.0/attn/GroupQueryAttention");
        (attention.Input[0], attention.Input[1], attention.Input[2]) = ("/model/layers.0/attn/q_proj/MatMul/output_0", "", "");
        (attention.Input[7], attention.Input[8]) = ("cos_cache", "sin_cache");
        attention.Attribute.Single(a => a.Name == "do_rotary").I = 1;
    }

    private static void Inline(ModelProto model, string name, int type, ReadOnlySpan<byte> bytes, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape);
        model.Graph.Initializer.Add(tensor);
    }
}
