using System.Globalization;
using BatchLLM.Checkpoints.Onnx.Proto;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>
/// Builds the graph of a decoder as onnxruntime-genai's model builder does for DirectML, with the linear layers of INT4
/// behind DequantizeLinear as ModelOpt leaves them.
/// </summary>
/// <remarks>Source: onnxruntime-genai 0.5, builder.py; ModelOpt 0.23, onnx/quantization/int4.py.</remarks>
internal sealed class DecoderGraph
{
    private const int FileVersion = 9;
    private const int OperatorSet = 21;

    private readonly LlamaConfig _config;
    private readonly Dictionary<string, OnnxStoredTensor> _stored;
    private readonly GraphWriter _graph = new();

    private DecoderGraph(LlamaConfig config, IEnumerable<OnnxStoredTensor> stored)
    {
        _config = config;
        _stored = stored.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>Builds the model.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="stored">The tensors of the data file.</param>
    /// <exception cref="ArgumentException">A tensor that the graph needs is not among them.</exception>
    public static ModelProto Build(LlamaConfig config, IReadOnlyList<OnnxStoredTensor> stored)
    {
        var decoder = new DecoderGraph(config, stored);
        decoder.AddInterface();
        decoder.AddNodes();
        foreach (var tensor in stored)
        {
            decoder._graph.AddStored(tensor);
        }

        var model = new ModelProto { IrVersion = FileVersion, ProducerName = "batchllm", Graph = decoder._graph.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphWriter.Microsoft, Version = 1 });
        return model;
    }

    private void AddInterface()
    {
        _graph.AddInput("input_ids", OnnxType.Int64, "batch_size", "sequence_length");
        _graph.AddInput("attention_mask", OnnxType.Int64, "batch_size", "total_sequence_length");
        _graph.AddInput("position_ids", OnnxType.Int64, "batch_size", "sequence_length");
        _graph.AddOutput("logits", OnnxType.Float16, "batch_size", "sequence_length", _config.VocabularySize);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            foreach (var part in new[] { "key", "value" })
            {
                _graph.AddInput(
                    Past(layer, part), OnnxType.Float16, "batch_size", _config.KvHeadCount, "past_sequence_length", _config.HeadSize);
                _graph.AddOutput(
                    Present(layer, part), OnnxType.Float16, "batch_size", _config.KvHeadCount, "total_sequence_length", _config.HeadSize);
            }
        }
    }

    private void AddNodes()
    {
        AddMask();
        var hidden = _graph.Add("/model/embed_tokens/Gather", "Gather", [Stored(LlamaTensors.Embedding), "input_ids"]);
        var normed = AddFirstNorm(hidden);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var attention = AddAttention(layer, normed);
            var middle = AddNorm(LlamaTensors.Layer(layer, "post_attention_layernorm"), Node(layer, "post_attention_layernorm"), hidden, attention);
            var output = AddFeedForward(layer, middle.Normed);
            var (name, node) = layer + 1 < _config.LayerCount
                ? (LlamaTensors.Layer(layer + 1, "input_layernorm"), Node(layer + 1, "input_layernorm"))
                : (OnnxNames.Plain(_config, LlamaTensors.FinalNorm), Node(layer + 1, "final_norm_layernorm"));
            (normed, hidden) = AddNorm(name, node, middle.Sum, output);
        }

        _graph.Add(
            OnnxNames.Node(LlamaTensors.HeadModule), "MatMul", [normed, Stored(OnnxNames.Weight(LlamaTensors.HeadModule))], ["logits"]);
    }

    // What attention must know of the mask: the last position of each row, and the width of all.
    private void AddMask()
    {
        const string Base = "/model/attn_mask_reformat/attn_mask_subgraph";
        var one = _graph.AddInteger("/model/constants/TensorProto.INT64/1D/1", 1, 1);
        var scalar = _graph.AddInteger("/model/constants/TensorProto.INT64/0D/1", 1);
        var toInt32 = GraphWriter.Integer("to", (int)OnnxType.Int32);
        var sum = _graph.Add($"{Base}/ReduceSum", "ReduceSum", ["attention_mask", one], GraphWriter.Integer("keepdims", 1));
        var last = _graph.Add($"{Base}/Sub", "Sub", [sum, one]);
        _graph.Add($"{Base}/Sub/Cast", "Cast", [last], toInt32);
        var shape = _graph.Add($"{Base}/Shape", "Shape", ["attention_mask"]);
        var width = _graph.Add($"{Base}/Gather", "Gather", [shape, scalar], GraphWriter.Integer("axis", 0));
        _graph.Add($"{Base}/Gather/Cast", "Cast", [width], toInt32);
    }

    private string AddFirstNorm(string hidden) => _graph.Add(
        "/model/layers.0/input_layernorm/LayerNorm", "SimplifiedLayerNormalization",
        [hidden, Stored(LlamaTensors.Layer(0, "input_layernorm"))],
        GraphWriter.Integer("axis", -1), GraphWriter.Float("epsilon", _config.NormEpsilon), GraphWriter.Integer("stash_type", 1));

    private (string Normed, string Sum) AddNorm(string weight, string node, string residual, string branch)
    {
        var name = $"{node}/SkipLayerNorm";
        var isLast = node.EndsWith("final_norm_layernorm", StringComparison.Ordinal);
        string[] outputs = isLast ? [$"{name}/output_0"] : [$"{name}/output_0", "", "", $"{name}/output_3"];
        _graph.Add(
            name, "SkipSimplifiedLayerNormalization", [residual, branch, Stored(weight)], outputs,
            GraphWriter.Float("epsilon", _config.NormEpsilon));
        return (outputs[0], outputs[^1]);
    }

    private string AddAttention(int layer, string normed)
    {
        var name = Node(layer, "attn/GroupQueryAttention");
        const string Mask = "/model/attn_mask_reformat/attn_mask_subgraph";
        string[] inputs =
        [
            AddRotary(layer, "q", AddLinear(layer, "self_attn.q_proj", normed)),
            AddRotary(layer, "k", AddLinear(layer, "self_attn.k_proj", normed)),
            AddLinear(layer, "self_attn.v_proj", normed),
            Past(layer, "key"), Past(layer, "value"),
            $"{Mask}/Sub/Cast/output_0", $"{Mask}/Gather/Cast/output_0", "", "",
        ];
        var output = _graph.Add(
            name, "GroupQueryAttention", inputs, [$"{name}/output_0", Present(layer, "key"), Present(layer, "value")],
            GraphWriter.Integer("num_heads", _config.HeadCount), GraphWriter.Integer("kv_num_heads", _config.KvHeadCount),
            GraphWriter.Float("scale", 1 / Math.Sqrt(_config.HeadSize)), GraphWriter.Integer("do_rotary", 0),
            GraphWriter.Integer("rotary_interleaved", 0));
        return AddLinear(layer, "self_attn.o_proj", output);
    }

    private string AddRotary(int layer, string part, string value) => _graph.Add(
        Node(layer, $"attn/{part}_rotary/RotaryEmbedding"), "RotaryEmbedding",
        [value, "position_ids", Stored(OnnxNames.Cosines), Stored(OnnxNames.Sines)], GraphWriter.Integer("interleaved", 0));

    private string AddFeedForward(int layer, string normed)
    {
        var gate = AddLinear(layer, "mlp.gate_proj", normed);
        var up = AddLinear(layer, "mlp.up_proj", normed);
        var sigmoid = _graph.Add(Node(layer, "mlp/act_fn/Sigmoid"), "Sigmoid", [gate]);
        var gated = _graph.Add(Node(layer, "mlp/act_fn/Mul"), "Mul", [gate, sigmoid]);
        var product = _graph.Add(Node(layer, "mlp/Mul"), "Mul", [gated, up]);
        return AddLinear(layer, "mlp.down_proj", product);
    }

    private string AddLinear(int layer, string part, string input)
    {
        var module = LlamaTensors.Module(layer, part);
        var weight = OnnxNames.Weight(module);
        if (_stored.ContainsKey(OnnxNames.Factors(module)))
        {
            input = _graph.Add($"{weight}_PQS", "Mul", [input, OnnxNames.Factors(module)], [$"{weight}_PQS_output"]);
        }

        var codes = Stored(OnnxNames.Codes(module));
        var blocks = _stored[Stored(OnnxNames.Scales(module))].Shape[0];
        var dequantized = _graph.Add(
            $"{weight}_DequantizeLinear", "DequantizeLinear", [codes, OnnxNames.Scales(module)], [$"{weight}_DequantizeLinear_Output"],
            GraphWriter.Integer("axis", 0), GraphWriter.Integer("block_size", _stored[codes].Shape[0] / blocks));
        return _graph.Add(OnnxNames.Node(module), "MatMul", [input, dequantized]);
    }

    private string Stored(string name) => _stored.ContainsKey(name)
        ? name
        : throw new ArgumentException($"The tensor '{name}' is not written yet.", nameof(name));

    private static string Past(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.{part}");

    private static string Present(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.{part}");

    private static string Node(int layer, string name) => string.Create(CultureInfo.InvariantCulture, $"/model/layers.{layer}/{name}");
}
