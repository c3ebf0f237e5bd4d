namespace BatchLLM.Checkpoints;

/// <summary>What a model directory holds and everything that is wrong with it; never throws for a bad model.</summary>
/// <param name="Path">The directory's full path.</param>
/// <param name="Config">The model's numbers; null if config.json could not be read.</param>
/// <param name="Groups">The tensors, by kind.</param>
/// <param name="StopTokenIds">Ids that end a completion, ascending.</param>
/// <param name="Problems">What keeps the model from running, one sentence each; empty if it can run.</param>
/// <param name="Notices">What is unusual but harmless, one sentence each.</param>
public sealed record ModelInspection(
    string Path,
    LlamaConfig? Config,
    IReadOnlyList<TensorGroup> Groups,
    IReadOnlyList<int> StopTokenIds,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notices)
{
    /// <summary>Elements of all tensors.</summary>
    public long ParameterCount => Groups.Sum(g => g.ParameterCount);

    /// <summary>Bytes that one position takes in a float32 KV cache, as the CPU engine keeps it; 0 without a configuration.</summary>
    public long KvBytesPerToken => (Config?.KvElementsPerToken ?? 0) * sizeof(float);

    /// <summary>Looks at a directory.</summary>
    /// <param name="path">The directory; it may be missing or broken.</param>
    public static ModelInspection Of(string path)
    {
        var reading = ModelReading.Of(path);
        using var tensors = reading.Tensors;
        NoticeMissingFiles(reading);
        return new ModelInspection(
            reading.Path, reading.Config, Group(tensors.Tensors.Values), reading.StopTokenIds, reading.Problems, reading.Notices);
    }

    private static void NoticeMissingFiles(ModelReading reading)
    {
        if (!File.Exists(System.IO.Path.Combine(reading.Path, "tokenizer.json")))
        {
            reading.Notices.Add("tokenizer.json: the file is missing; without it, text cannot be made tokens.");
        }

        if (reading.Config is not null && reading.StopTokenIds.Count == 0)
        {
            reading.Notices.Add("no eos_token_id in config.json or generation_config.json: completions end only at max_tokens.");
        }
    }

    private static List<TensorGroup> Group(IEnumerable<Tensor> tensors) =>
        [.. tensors.GroupBy(t => Kind(t.Name)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new TensorGroup(
            g.Key,
            [.. g.Select(t => t.Type.Name()).Distinct().Order(StringComparer.Ordinal)],
            g.Count(),
            g.Sum(t => t.ElementCount),
            g.Sum(t => t.ByteCount)))];

    private static string Kind(string name) => name switch
    {
        LlamaTensors.Embedding => "embedding",
        LlamaTensors.Head => "head",
        _ when name.Contains("norm", StringComparison.Ordinal) => "norms",
        _ when name.Contains(".self_attn.", StringComparison.Ordinal) => "attention",
        _ when name.Contains(".mlp.", StringComparison.Ordinal) => "feed-forward",
        _ => "other",
    };
}
