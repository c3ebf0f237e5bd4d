using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>A quantized safetensors checkpoint: a shard for each layer, and one for what is not quantized.</summary>
/// <param name="model">The unquantized model.</param>
/// <param name="layout">How the linear layers are stored.</param>
/// <param name="directory">Where the checkpoint comes into being.</param>
/// <param name="scratch">For files that are not whole yet; on the same file system.</param>
internal sealed class SafetensorsTarget(ModelDirectory model, ILayerTensors layout, string directory, string scratch)
    : ICheckpointTarget
{
    private int ShardCount => model.Config.LayerCount + 1;

    /// <inheritdoc/>
    public void WriteLayer(int layer, LayerStatistics? statistics, CancellationToken cancellationToken) => WriteShard(
        layer,
        [
            NewTensor.Copy(model.Tensor(LlamaTensors.Layer(layer, "input_layernorm"))),
            NewTensor.Copy(model.Tensor(LlamaTensors.Layer(layer, "post_attention_layernorm"))),
            .. layout.Of(layer, statistics),
        ],
        cancellationToken);

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellationToken)
    {
        string[] rest = model.Config.TiesEmbeddings
            ? [LlamaTensors.Embedding, LlamaTensors.FinalNorm]
            : [LlamaTensors.Embedding, LlamaTensors.FinalNorm, LlamaTensors.Head];
        WriteShard(model.Config.LayerCount, [.. rest.Select(name => NewTensor.Copy(model.Tensor(name)))], cancellationToken);
        CompanionFiles.Copy(model.Path, directory);
        if (layout.QuantConfigFile() is { } file)
        {
            WriteJson("hf_quant_config.json", file);
        }

        WriteJson(SafetensorsIndex.FileName, Index());
        WriteJson("config.json", Config());
    }

    private void WriteShard(int shard, List<NewTensor> tensors, CancellationToken cancellationToken)
    {
        var name = ShardName(shard);
        SafetensorsWriter.Write(Path.Combine(scratch, name), tensors, cancellationToken);
        File.Move(Path.Combine(scratch, name), Path.Combine(directory, name), overwrite: true);
    }

    private string ShardName(int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:D5}-of-{ShardCount:D5}.safetensors");

    // From the shards' headers, so that what an interrupted run wrote is in it too.
    private JsonObject Index()
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long bytes = 0;
        using var tensors = new TensorSet();
        var problems = new List<string>();
        for (var shard = 0; shard < ShardCount; shard++)
        {
            tensors.Add(Path.Combine(directory, ShardName(shard)), problems);
        }

        foreach (var (name, tensor) in tensors.Tensors)
        {
            map[name] = tensor.FileName;
            bytes += tensor.ByteCount;
        }

        return problems.Count == 0
            ? new JsonObject
            {
                ["metadata"] = new JsonObject { ["total_size"] = bytes },
                ["weight_map"] = new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            }
            : throw new BatchLLMException($"{directory}: {problems[0]} Remove the directory and quantize again.");
    }

    private JsonObject Config()
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(model.Path, "config.json")))!.AsObject();
        if (layout.InlineConfig() is { } inline)
        {
            config["quantization_config"] = inline;
        }

        return config;
    }

    private void WriteJson(string name, JsonObject json) => CompanionFiles.WriteJson(Path.Combine(directory, name), json);
}
