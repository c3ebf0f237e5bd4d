namespace BatchLLM.Checkpoints;

/// <summary>Turns config.json into a <see cref="LlamaConfig"/>, and refuses by name what the engine does not compute.</summary>
internal static class LlamaConfigReader
{
    /// <summary>Reads the configuration; what is wrong goes to the object's problems.</summary>
    public static LlamaConfig Read(JsonFields fields)
    {
        RefuseOtherModels(fields);
        var hidden = fields.Count("hidden_size");
        var heads = fields.Count("num_attention_heads");
        var rope = fields.Object("rope_parameters") ?? fields;
        var config = new LlamaConfig
        {
            Architecture = fields.FirstText("architectures") ?? "LlamaForCausalLM",
            HiddenSize = hidden,
            LayerCount = fields.Count("num_hidden_layers"),
            HeadCount = heads,
            KvHeadCount = fields.Count("num_key_value_heads", heads),
            HeadSize = fields.Count("head_dim", Math.Max(1, hidden / heads)),
            IntermediateSize = fields.Count("intermediate_size"),
            VocabularySize = fields.Count("vocab_size"),
            ContextLength = fields.Count("max_position_embeddings"),
            NormEpsilon = fields.Positive("rms_norm_eps", 1e-6),
            RopeTheta = rope.Positive("rope_theta", 10_000),
            RopeScaling = ReadScaling(fields),
            TiesEmbeddings = fields.Flag("tie_word_embeddings"),
            DeclaredType = fields.Text("dtype") ?? fields.Text("torch_dtype"),
            StopTokenIds = fields.Ids("eos_token_id"),
        };
        CheckHeads(fields, config);
        return config;
    }

    private static void RefuseOtherModels(JsonFields fields)
    {
        var name = fields.FirstText("architectures") ?? fields.Text("model_type") ?? "none named";
        if (name is not ("LlamaForCausalLM" or "llama"))
        {
            fields.Refuse($"the architecture is {name}; expected LlamaForCausalLM. Use a Llama model.");
        }

        if (fields.Text("hidden_act") is { } activation and not "silu")
        {
            fields.Refuse($"hidden_act is '{activation}'; expected 'silu'. Use a Llama model without changed activations.");
        }

        foreach (var bias in new[] { "attention_bias", "mlp_bias" })
        {
            if (fields.Flag(bias))
            {
                fields.Refuse($"{bias} is true; expected false. Linear layers with biases are not supported.");
            }
        }
    }

    private static RopeScaling? ReadScaling(JsonFields fields)
    {
        if ((fields.Object("rope_parameters") ?? fields.Object("rope_scaling")) is not { } rope)
        {
            return null;
        }

        var type = rope.Text("rope_type") ?? rope.Text("type") ?? "default";
        if (type == "default")
        {
            return null;
        }

        if (type == "llama3")
        {
            return ReadLlama3(rope);
        }

        rope.Refuse($"the rope type is '{type}'; expected 'default' or 'llama3'. Use a checkpoint without '{type}' scaling.");
        return null;
    }

    private static RopeScaling ReadLlama3(JsonFields rope)
    {
        var scaling = new RopeScaling(
            rope.Positive("factor"),
            rope.Positive("low_freq_factor"),
            rope.Positive("high_freq_factor"),
            rope.Positive("original_max_position_embeddings"));
        if (scaling.HighFrequencyFactor <= scaling.LowFrequencyFactor && rope.Has("low_freq_factor"))
        {
            rope.Refuse($"high_freq_factor is {scaling.HighFrequencyFactor:R} and low_freq_factor " +
                $"{scaling.LowFrequencyFactor:R}; expected the high one to be larger.");
        }

        return scaling;
    }

    private static void CheckHeads(JsonFields fields, LlamaConfig config)
    {
        if (config.HeadCount % config.KvHeadCount != 0)
        {
            fields.Refuse($"num_attention_heads is {config.HeadCount} and num_key_value_heads {config.KvHeadCount}; " +
                "expected the second to divide the first.");
        }

        if ((long)config.HeadCount * config.HeadSize > int.MaxValue)
        {
            fields.Refuse($"{config.HeadCount} heads of {config.HeadSize} are wider than {int.MaxValue}; correct head_dim.");
        }

        if (config.HeadSize % 2 != 0)
        {
            fields.Refuse($"the head size is {config.HeadSize}; expected an even number, because rotary positions turn pairs.");
        }

        if (!fields.Has("head_dim") && config.HiddenSize % config.HeadCount != 0)
        {
            fields.Refuse($"hidden_size is {config.HiddenSize}, which {config.HeadCount} heads do not divide; add head_dim.");
        }
    }
}
