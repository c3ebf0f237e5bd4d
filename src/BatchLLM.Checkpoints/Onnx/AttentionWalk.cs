namespace BatchLLM.Checkpoints.Onnx;

/// <summary>The walk through one layer's attention: its projections, separate or packed, and its rotary positions.</summary>
/// <param name="graph">The graph.</param>
/// <param name="config">The model's numbers.</param>
/// <param name="decoder">Receives what is found.</param>
internal sealed class AttentionWalk(OnnxGraph graph, GenaiConfig config, OnnxDecoder decoder)
{
    private static readonly string[] Projections = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    /// <summary>Walks from what the output projection takes.</summary>
    /// <returns>The value that queries, keys and values are computed from.</returns>
    /// <exception cref="OnnxRefusal">It is no attention of this model.</exception>
    public string Walk(int layer, string output)
    {
        var attention = graph.Node(output, "GroupQueryAttention");
        RefuseOtherAttention(attention);
        string[] modules = [.. Projections.Select(p => LlamaTensors.Module(layer, p))];
        return attention.Input(1).Length == 0 && attention.Input(2).Length == 0
            ? WalkPacked(attention, modules)
            : WalkSeparate(attention, modules);
    }

    private string WalkPacked(OnnxNode attention, string[] modules)
    {
        AddRotary(attention, attention.Input(7), attention.Input(8));
        var linear = LinearNode.Find(graph, attention.Input(0));
        decoder.Linears.AddRange(modules.Select(m => new LinearPart(m, linear, modules)));
        return linear.Source;
    }

    private string WalkSeparate(OnnxNode attention, string[] modules)
    {
        var isInside = attention.Integer("do_rotary", 0) != 0;
        if (isInside)
        {
            AddRotary(attention, attention.Input(7), attention.Input(8));
        }

        string[] values = [.. attention.Inputs.Take(3)];
        var linears = values.Select((v, i) => LinearNode.Find(graph, isInside || i == 2 ? v : Unrotated(v))).ToArray();
        for (var i = 0; i < linears.Length; i++)
        {
            graph.RequireSame(linears[i].Source, linears[0].Source, linears[i].Node);
            decoder.Linears.Add(new LinearPart(modules[i], linears[i], [modules[i]]));
        }

        return linears[0].Source;
    }

    private string Unrotated(string value)
    {
        var rotary = graph.Node(value, "RotaryEmbedding");
        var width = rotary.Integer("rotary_embedding_dim", 0);
        if (rotary.Integer("interleaved", 0) != 0 || (width != 0 && width != config.HeadSize) || rotary.Float("scale", 1) != 1)
        {
            throw graph.Refuse($"the {rotary.Label} is interleaved, partial or scaled; expected half-split rotation of whole heads");
        }

        AddRotary(rotary, rotary.Input(2), rotary.Input(3));
        return rotary.Input(0);
    }

    private void AddRotary(OnnxNode node, string cosines, string sines)
    {
        if (node.Operator == "GroupQueryAttention" && node.Integer("do_rotary", 0) == 0)
        {
            throw graph.Refuse($"the {node.Label} takes packed values without rotary positions; expected do_rotary 1");
        }

        decoder.RotaryCaches.Add(
            (graph.Constant(graph.Uncast(cosines), node), graph.Constant(graph.Uncast(sines), node)));
    }

    private void RefuseOtherAttention(OnnxNode node)
    {
        Require(node, "num_heads", node.Integer("num_heads", 0), config.HeadCount);
        Require(node, "kv_num_heads", node.Integer("kv_num_heads", 0), config.KvHeadCount);
        Require(node, "rotary_interleaved", node.Integer("rotary_interleaved", 0), 0);
        Require(node, "local_window_size", node.Integer("local_window_size", -1), -1);
        Require(node, "smooth_softmax", Math.Max(0, node.Integer("smooth_softmax", 0)), 0);
        Require(node, "softcap", node.Float("softcap", 0), 0);
        var scale = node.Float("scale", 0);
        var expected = 1 / Math.Sqrt(config.HeadSize);
        if (scale != 0 && !(Math.Abs(scale - expected) < 1e-3 * expected))
        {
            Require(node, "scale", scale, expected);
        }
    }

    private void Require(OnnxNode node, string name, double found, double expected)
    {
        if (found != expected)
        {
            throw graph.Refuse(FormattableString.Invariant(
                $"the {node.Label} has {name} {found}; expected {expected} by genai_config.json"));
        }
    }
}
