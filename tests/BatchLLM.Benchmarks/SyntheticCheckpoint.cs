using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>A model directory of Llama 3.2 1B's layers in BF16 with made-up weights: what counts is its size, not what it says.</summary>
/// <param name="layers">Layers; the real one has 16.</param>
/// <param name="vocabulary">Tokens.</param>
internal sealed class SyntheticCheckpoint(int layers, int vocabulary)
{
    private const int Hidden = 2048;
    private const int Inner = 8192;
    private const int KeyValues = 512;
    private const int ChunkBytes = 1 << 20;

    private static readonly (string Module, int Outputs, int Inputs)[] Linears =
    [
        ("self_attn.q_proj", Hidden, Hidden),
        ("self_attn.k_proj", KeyValues, Hidden),
        ("self_attn.v_proj", KeyValues, Hidden),
        ("self_attn.o_proj", Hidden, Hidden),
        ("mlp.gate_proj", Inner, Hidden),
        ("mlp.up_proj", Inner, Hidden),
        ("mlp.down_proj", Hidden, Inner),
    ];

    /// <summary>Writes the directory's files.</summary>
    /// <param name="directory">An empty directory.</param>
    /// <param name="isFp8">True for E4M3 codes with a scale per output (compressed-tensors), false for BF16.</param>
    public void Write(string directory, bool isFp8)
    {
        File.WriteAllText(Path.Combine(directory, "config.json"), Config(isFp8).ToJsonString());
        var tensors = Tensors(isFp8).ToList();
        using var file = File.Create(Path.Combine(directory, "model.safetensors"));
        WriteHeader(file, tensors);
        WriteData(file, tensors.Sum(tensor => tensor.Bytes));
    }

    private IEnumerable<(string Name, string Type, long[] Shape, long Bytes)> Tensors(bool isFp8)
    {
        yield return Plain("model.embed_tokens.weight", vocabulary, Hidden);
        for (var layer = 0; layer < layers; layer++)
        {
            yield return Plain($"model.layers.{layer}.input_layernorm.weight", Hidden);
            yield return Plain($"model.layers.{layer}.post_attention_layernorm.weight", Hidden);
            foreach (var (module, outputs, inputs) in Linears)
            {
                var name = $"model.layers.{layer}.{module}.weight";
                yield return isFp8
                    ? (name, "F8_E4M3", [outputs, inputs], (long)outputs * inputs)
                    : Plain(name, outputs, inputs);
                if (isFp8)
                {
                    yield return Plain($"{name}_scale", outputs, 1);
                }
            }
        }

        yield return Plain("model.norm.weight", Hidden);
        yield return Plain("lm_head.weight", vocabulary, Hidden);
    }

    private static (string Name, string Type, long[] Shape, long Bytes) Plain(string name, params long[] shape) =>
        (name, "BF16", shape, shape.Aggregate(2L, (bytes, size) => bytes * size));

    private static void WriteHeader(
        FileStream file, IEnumerable<(string Name, string Type, long[] Shape, long Bytes)> tensors)
    {
        var header = new JsonObject();
        var offset = 0L;
        foreach (var (name, type, shape, bytes) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(offset, offset += bytes),
            };
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        file.Write(length);
        file.Write(text);
    }

    // The bytes 0x20 to 0x3F: positive and finite in BF16 and in E4M3, as scales must be.
    private static void WriteData(FileStream file, long bytes)
    {
        var chunk = new byte[ChunkBytes];
        new Random(1).NextBytes(chunk);
        foreach (ref var value in chunk.AsSpan())
        {
            value = (byte)(0x20 | (value & 0x1F));
        }

        for (var left = bytes; left > 0; left -= ChunkBytes)
        {
            file.Write(chunk, 0, (int)Math.Min(left, ChunkBytes));
        }
    }

    private JsonObject Config(bool isFp8)
    {
        var config = JsonNode.Parse(
            """
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "rms_norm_eps": 1e-5,
              "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 4096,
              "rope_theta": 10000.0, "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false,
              "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "bfloat16"
            }
            """)!.AsObject();
        (config["hidden_size"], config["intermediate_size"]) = (Hidden, Inner);
        (config["num_hidden_layers"], config["vocab_size"]) = (layers, vocabulary);
        if (isFp8)
        {
            config["quantization_config"] = JsonNode.Parse(
                """
                {
                  "quant_method": "compressed-tensors", "format": "float-quantized", "quantization_status": "compressed",
                  "ignore": ["lm_head"], "kv_cache_scheme": null,
                  "config_groups": {
                    "group_0": {
                      "targets": ["Linear"], "output_activations": null,
                      "weights": { "num_bits": 8, "type": "float", "symmetric": true, "strategy": "channel", "dynamic": false },
                      "input_activations": { "num_bits": 8, "type": "float", "symmetric": true, "strategy": "token", "dynamic": true }
                    }
                  }
                }
                """);
        }

        return config;
    }
}
