using BatchLLM.Checkpoints.Onnx;
using BatchLLM.Checkpoints.Onnx.Proto;
using BatchLLM.Checkpoints.Onnx.Writing;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>Every rule of the layout, each broken once.</summary>
public sealed class RefusalTests
{
    private const string QueryScale = "model.layers.0.attn.q_proj.MatMul.weight_scale";

    [Fact]
    public void Detection_goes_by_genai_config_or_by_a_lone_graph()
    {
        using var small = new SmallOnnxModel();
        Assert.True(OnnxModel.IsIn(small.Folder));
        File.Delete(small.File("genai_config.json"));
        Assert.True(OnnxModel.IsIn(small.Folder));
        File.WriteAllBytes(small.File("model.safetensors"), []);
        Assert.False(OnnxModel.IsIn(small.Folder));
    }

    [Theory]
    [InlineData("genai_config.json", "genai_config.json: the file is missing")]
    [InlineData("model.onnx", "model.onnx: the file is missing")]
    [InlineData("model.onnx_data", "model.onnx_data: the file is missing")]
    public void A_missing_file_is_named(string file, string expected)
    {
        using var small = new SmallOnnxModel();
        File.Delete(small.File(file));
        AssertRefused(small, expected);
    }

    [Theory]
    [InlineData("[]", "there is no object model.decoder")]
    [InlineData("{", "cannot be read as JSON")]
    [InlineData("""{"model": {"type": "phi3", "decoder": {}}}""", "the model's type is 'phi3'; expected 'llama'")]
    public void A_wrong_configuration_is_named(string text, string expected)
    {
        using var small = new SmallOnnxModel();
        File.WriteAllText(small.File("genai_config.json"), text);
        AssertRefused(small, expected);
    }

    [Theory]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "fewer layers than the 3")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "more layers than the 1")]
    [InlineData("\"hidden_size\": 256", "\"hidden_size\": 128", "expected floats of shape [97, 128]")]
    [InlineData("\"num_attention_heads\": 4", "\"num_attention_heads\": 8", "has num_heads 4; expected 8")]
    [InlineData("\"context_length\": 32", "\"context_length\": 33", "for every position of context_length")]
    [InlineData("\"head_size\": 64", "\"head_size\": 63", "expected an even head_size")]
    [InlineData("model.onnx", "../model.onnx", "expected the name of a file beside")]
    [InlineData("\"vocab_size\": 97", "\"vocab_size\": 4", "eos_token_id 5 is outside the vocabulary of 4")]
    public void A_configuration_of_another_model_is_refused(string old, string changed, string expected)
    {
        using var small = new SmallOnnxModel();
        var file = small.File("genai_config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(old, changed, StringComparison.Ordinal));
        AssertRefused(small, expected);
    }

    [Theory]
    [InlineData("../model.onnx_data")]
    [InlineData("sub/../../model.onnx_data")]
    [InlineData("..\\model.onnx_data")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\data")]
    [InlineData("")]
    public void Data_outside_the_folder_are_not_read(string location)
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => External(m, QueryScale, "location").Value = location);
        AssertRefused(small, $"tensor '{QueryScale}' lies in '{location}'; expected a file beside model.onnx");
    }

    [Theory]
    [InlineData("offset", "99999999", "has the external_data offset '99999999'")]
    [InlineData("offset", "-1", "has the external_data offset '-1'")]
    [InlineData("offset", "18446744073709551616", "has the external_data offset")]
    [InlineData("length", "9223372036854775807", "has the external_data length")]
    [InlineData("length", "8", "has 8 bytes; expected 1024 for Float16 of shape [2, 256]")]
    [InlineData("length", "x", "has the external_data length 'x'")]
    public void Lies_about_where_data_lie_are_refused(string field, string value, string expected)
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => External(m, QueryScale, field).Value = value);
        AssertRefused(small, $"tensor '{QueryScale}' {expected}");
    }

    [Fact]
    public void A_truncated_data_file_is_refused()
    {
        using var small = new SmallOnnxModel();
        using (var stream = File.OpenWrite(small.File("model.onnx_data")))
        {
            stream.SetLength(stream.Length - 1);
        }

        AssertRefused(small, "'sin_cache' has the external_data length '2048'; expected a number up to 2047");
    }

    [Fact]
    public void A_truncated_graph_is_refused()
    {
        using var small = new SmallOnnxModel();
        File.WriteAllBytes(small.File("model.onnx"), File.ReadAllBytes(small.File("model.onnx"))[..5000]);
        AssertRefused(small, "model.onnx: the file cannot be read as an ONNX model");
    }

    [Theory]
    [InlineData(0x7E00, "NaN")]
    [InlineData(0x7C00, "Infinity")]
    [InlineData(0, "0")]
    [InlineData(0xBC00, "-1")]
    public void A_scale_that_is_no_positive_number_is_refused(int bits, string shown)
    {
        using var small = new SmallOnnxModel();
        var offset = 0L;
        small.Edit(m => offset = long.Parse(External(m, QueryScale, "offset").Value, System.Globalization.CultureInfo.InvariantCulture));
        using (var stream = File.OpenWrite(small.File("model.onnx_data")))
        {
            stream.Position = offset + 6;
            stream.Write(BitConverter.GetBytes((ushort)bits));
        }

        AssertRefused(small, $"tensor '{QueryScale}' holds {shown} at element 3; expected a positive finite scale");
    }

    [Theory]
    [InlineData("/model/layers.0/mlp/act_fn/Sigmoid", "Tanh", "the Tanh node '/model/layers.0/mlp/act_fn/Sigmoid' stands where")]
    [InlineData("/model/layers.1/attn/q_proj/MatMul", "Gemm", "the Gemm node '/model/layers.1/attn/q_proj/MatMul' stands where")]
    [InlineData("/model/layers.1/attn/GroupQueryAttention", "MultiHeadAttention", "the MultiHeadAttention node")]
    [InlineData("/model/layers.0/input_layernorm/LayerNorm", "LayerNormalization", "the LayerNormalization node")]
    [InlineData("/lm_head/MatMul", "Add", "the Add node '/lm_head/MatMul' stands where a Llama decoder has MatMul or MatMulNBits")]
    public void An_unknown_operator_is_named(string node, string type, string expected)
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => Node(m, node).OpType = type);
        AssertRefused(small, expected);
    }

    [Theory]
    [InlineData("/model/layers.0/attn/GroupQueryAttention", "do_rotary", 0, "softcap")]
    [InlineData("/model/layers.0/attn/GroupQueryAttention", "local_window_size", 8, "has local_window_size 8; expected -1")]
    [InlineData("/model/layers.0/attn/q_rotary/RotaryEmbedding", "interleaved", 1, "is interleaved, partial or scaled")]
    [InlineData("model.layers.0.attn.q_proj.MatMul.weight_DequantizeLinear", "axis", 1, "has axis 1; expected 0")]
    [InlineData("model.layers.0.attn.q_proj.MatMul.weight_DequantizeLinear", "block_size", 0, "has block_size 0; expected 1 to")]
    [InlineData("model.layers.0.attn.q_proj.MatMul.weight_DequantizeLinear", "block_size", 64, "expected [4, 256] by genai_config.json")]
    public void An_attribute_that_changes_the_computation_is_named(string node, string attribute, int value, string expected)
    {
        using var small = new SmallOnnxModel();
        small.Edit(m =>
        {
            var attributes = Node(m, node).Attribute;
            attributes.Remove(attributes.FirstOrDefault(a => a.Name == attribute) ?? new AttributeProto());
            attributes.Add(expected == "softcap" ? GraphWriter.Float("softcap", 30) : GraphWriter.Integer(attribute, value));
        });
        AssertRefused(small, expected);
    }

    [Fact]
    public void A_residual_that_skips_a_layer_is_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => Node(m, "/model/layers.1/post_attention_layernorm/SkipLayerNorm").Input[0] = "/model/embed_tokens/Gather/output_0");
        AssertRefused(small, "takes '/model/embed_tokens/Gather/output_0' where a Llama decoder takes");
    }

    [Fact]
    public void A_circle_is_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => Node(m, "/model/layers.0/attn/v_proj/MatMul").Input[0] = "/model/layers.1/input_layernorm/SkipLayerNorm/output_0");
        AssertRefused(small, "where a Llama decoder takes");
        small.Edit(m => m.Graph.Node.Add(Cast("/lm_head/MatMul", m)));
        AssertRefused(small, "depends on itself");
    }

    [Fact]
    public void Norms_of_different_epsilons_are_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => Node(m, "/model/layers.1/input_layernorm/SkipLayerNorm").Attribute[0].F = 1e-6f);
        AssertRefused(small, "the norms have the epsilons");
    }

    [Fact]
    public void Factors_of_another_length_are_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => Node(m, "model.layers.0.attn.o_proj.MatMul.weight_PQS").Input[1] = "model.layers.0.mlp.down_proj.MatMul.weight_awq_scale");
        AssertRefused(small, "expected 256 floats, one per input");
    }

    [Fact]
    public void A_tensor_of_an_unknown_type_is_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => m.Graph.Initializer.Single(t => t.Name == QueryScale).DataType = 8);
        AssertRefused(small, $"tensor '{QueryScale}' has data type 8");
    }

    [Theory]
    [InlineData(-1L, 256L)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void An_impossible_shape_is_refused(long first, long second)
    {
        using var small = new SmallOnnxModel();
        small.Edit(m =>
        {
            var dims = m.Graph.Initializer.Single(t => t.Name == QueryScale).Dims;
            (dims[0], dims[1]) = (first, second);
        });
        AssertRefused(small, "expected sizes whose product a file can hold");
    }

    [Fact]
    public void A_value_written_twice_is_refused()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => m.Graph.Node.Add(m.Graph.Node[^1].Clone()));
        AssertRefused(small, "'logits' is written twice");
    }

    [Fact]
    public void A_faulty_layer_does_not_hide_the_next()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m =>
        {
            Node(m, "model.layers.0.attn.q_proj.MatMul.weight_DequantizeLinear").Attribute[0].I = 1;
            Node(m, "model.layers.1.attn.k_proj.MatMul.weight_DequantizeLinear").Attribute[0].I = 1;
        });
        using var model = small.Open(out var problems);
        Assert.Equal(2, problems.Count);
        Assert.Equal(13, model!.Parts.Linears.Count);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-9)]
    public void A_code_of_more_than_4_bits_is_refused(int code)
    {
        var matrix = new Int4Matrix(1, 2, 2);
        Assert.Throws<ArgumentException>(() => matrix.SetRows(0, [0, (sbyte)code], [Half.One]));
        Assert.Throws<ArgumentException>(() => matrix.SetRows(0, [0, 1], [Half.Zero]));
        Assert.Throws<ArgumentException>(() => matrix.SetRows(1, [0, 1], [Half.One]));
        Assert.Throws<ArgumentException>(() => matrix.SetRows(0, [0], [Half.One]));
    }

    private static NodeProto Node(ModelProto model, string name) => model.Graph.Node.Single(n => n.Name == name);

    // Two casts that take each other, in place of a node's input.
    private static NodeProto Cast(string reader, ModelProto model)
    {
        Node(model, reader).Input[0] = "circle";
        var cast = new NodeProto { Name = "cast", OpType = "Cast" };
        cast.Input.Add("circle");
        cast.Output.Add("circle");
        return cast;
    }

    private static StringStringEntryProto External(ModelProto model, string tensor, string key) =>
        model.Graph.Initializer.Single(t => t.Name == tensor).ExternalData.Single(e => e.Key == key);

    private static void AssertRefused(SmallOnnxModel small, string expected)
    {
        using var model = small.Open(out var problems);
        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }
}
