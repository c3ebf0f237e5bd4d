namespace BatchLLM.Checkpoints.Onnx;

/// <summary>
/// Walks a decoder's graph from its logits back to its embedding. What a node does is told by its operator and what it is
/// joined to, never by its name: builders name alike what they compute differently. Any operator that this path should
/// not have is refused by name.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="config">The model's numbers.</param>
internal sealed class OnnxWalk(OnnxGraph graph, GenaiConfig config)
{
    private readonly OnnxDecoder _decoder = new();
    private readonly HashSet<OnnxNode> _norms = [];

    /// <summary>Walks.</summary>
    /// <param name="logits">Name of the graph's output.</param>
    /// <exception cref="OnnxRefusal">The graph computes something else than this decoder.</exception>
    public OnnxDecoder Walk(string logits)
    {
        var head = AddLinear(LlamaTensors.HeadModule, logits);
        var norm = Norm(head.Source, LlamaTensors.FinalNorm);
        for (var layer = config.LayerCount - 1; layer >= 0; layer--)
        {
            norm = WalkLayer(layer, norm);
        }

        return _decoder;
    }

    // From the norm behind a layer to the norm before it.
    private OnnxNode WalkLayer(int layer, OnnxNode next)
    {
        var (residual, down) = Join(next);
        var middle = WalkFeedForward(layer, down);
        graph.RequireSame(residual, middle.Output(3), middle);
        var (input, output) = Join(middle);
        var projection = AddLinear(LlamaTensors.Module(layer, "self_attn.o_proj"), output);
        var source = new AttentionWalk(graph, config, _decoder).Walk(layer, projection.Source);
        var norm = Norm(source, LlamaTensors.Layer(layer, "input_layernorm"));
        if (layer > 0)
        {
            RequireSkip(norm, layer);
            graph.RequireSame(input, norm.Output(3), middle);
            return norm;
        }

        AddEmbedding(norm);
        graph.RequireSame(input, norm.Input(0), middle);
        return norm;
    }

    private OnnxNode WalkFeedForward(int layer, string output)
    {
        var down = AddLinear(LlamaTensors.Module(layer, "mlp.down_proj"), output);
        var product = graph.Node(down.Source, "Mul");
        var isFirst = graph.Computed(product.Input(0)).Operator == "Mul";
        var gated = graph.Node(product.Input(isFirst ? 0 : 1), "Mul");
        var isSigmoidFirst = graph.Computed(gated.Input(0)).Operator == "Sigmoid";
        var sigmoid = graph.Node(gated.Input(isSigmoidFirst ? 0 : 1), "Sigmoid");
        graph.RequireSame(gated.Input(isSigmoidFirst ? 1 : 0), sigmoid.Input(0), gated);
        var gate = AddLinear(LlamaTensors.Module(layer, "mlp.gate_proj"), sigmoid.Input(0));
        var up = AddLinear(LlamaTensors.Module(layer, "mlp.up_proj"), product.Input(isFirst ? 1 : 0));
        graph.RequireSame(gate.Source, up.Source, product);
        var norm = Norm(gate.Source, LlamaTensors.Layer(layer, "post_attention_layernorm"));
        RequireSkip(norm, layer);
        return norm;
    }

    private void AddEmbedding(OnnxNode norm)
    {
        if (norm.Operator != "SimplifiedLayerNormalization")
        {
            throw graph.Refuse($"before layer 0 stands the {norm.Label}; expected SimplifiedLayerNormalization there, so the graph " +
                $"has more layers than the {config.LayerCount} of genai_config.json");
        }

        var gather = graph.Node(norm.Input(0), "Gather");
        if (gather.Integer("axis", 0) != 0 || graph.Producer(gather.Input(1)) is not null)
        {
            throw graph.Refuse($"the {gather.Label} does not pick rows by the graph's input; expected the token embedding there");
        }

        _decoder.Plain[LlamaTensors.Embedding] = graph.Constant(graph.Uncast(gather.Input(0)), gather);
    }

    private void RequireSkip(OnnxNode norm, int layer)
    {
        if (norm.Operator != "SkipSimplifiedLayerNormalization")
        {
            throw graph.Refuse($"in layer {layer} stands the {norm.Label}; expected SkipSimplifiedLayerNormalization there, so " +
                $"the graph has fewer layers than the {config.LayerCount} of genai_config.json");
        }
    }

    private OnnxNode Norm(string value, string name)
    {
        var norm = graph.Node(value, "SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization");
        var isSkip = norm.Operator == "SkipSimplifiedLayerNormalization";
        if (norm.Output(0) != graph.Uncast(value) || norm.Input(3).Length > 0 || norm.Integer("axis", -1) is not (-1 or 2))
        {
            throw graph.Refuse($"the {norm.Label} has a bias, another axis than the last, or passes its sum on; expected a plain norm");
        }

        // Every layer has norms of its own; without this, a circle would be walked once for each of the layers claimed.
        if (!_norms.Add(norm))
        {
            throw graph.Refuse($"the {norm.Label} is reached twice; expected a norm of its own before and inside each layer");
        }

        _decoder.Plain[name] = graph.Constant(graph.Uncast(norm.Input(isSkip ? 2 : 1)), norm);
        _decoder.Epsilons.Add(norm.Float("epsilon", isSkip ? 1e-12f : 1e-5f));
        return norm;
    }

    // A norm adds what the layer computed to what it was computed from; either may come first.
    private (string Residual, string Branch) Join(OnnxNode norm)
    {
        if (norm.Operator != "SkipSimplifiedLayerNormalization")
        {
            throw graph.Refuse($"the {norm.Label} adds no layer's output; expected SkipSimplifiedLayerNormalization, so the graph " +
                $"has fewer layers than the {config.LayerCount} of genai_config.json");
        }

        return LinearNode.IsLinear(graph.Computed(norm.Input(0)))
            ? (graph.Uncast(norm.Input(1)), norm.Input(0))
            : (graph.Uncast(norm.Input(0)), norm.Input(1));
    }

    private LinearNode AddLinear(string module, string value)
    {
        var linear = LinearNode.Find(graph, value);
        _decoder.Linears.Add(new LinearPart(module, linear, [module]));
        return linear;
    }
}
