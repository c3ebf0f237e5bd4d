namespace BatchLLM.Checkpoints;

/// <summary>What a model directory holds and everything that is wrong with it; never throws for a bad model.</summary>
/// <param name="Path">The directory's full path.</param>
/// <param name="Config">The model's numbers; null if config.json could not be read.</param>
/// <param name="Quantization">What the checkpoint declares about its quantization.</param>
/// <param name="Groups">The tensors, by kind.</param>
/// <param name="Linears">The linear layers that are sound, the head among them whether tied or not.</param>
/// <param name="EmbeddingType">Element type of the embedding; null if it is missing.</param>
/// <param name="HasStoredRope">True if the checkpoint brings its own rotary angles.</param>
/// <param name="StopTokenIds">Ids that end a completion, ascending.</param>
/// <param name="Problems">What keeps the model from running, one sentence each; empty if it can run.</param>
/// <param name="Notices">What is unusual but harmless, one sentence each.</param>
public sealed record ModelInspection(
    string Path,
    LlamaConfig? Config,
    QuantizationScheme Quantization,
    IReadOnlyList<TensorGroup> Groups,
    IReadOnlyList<LinearSummary> Linears,
    TensorType? EmbeddingType,
    bool HasStoredRope,
    IReadOnlyList<int> StopTokenIds,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notices)
{
    /// <summary>Weights of the model; scales do not count.</summary>
    public long ParameterCount => Groups.Sum(g => g.ParameterCount);

    /// <summary>Looks at a directory.</summary>
    /// <param name="path">The directory; it may be missing or broken.</param>
    public static ModelInspection Of(string path)
    {
        using var reading = ModelReading.Of(path);
        NoticeMissingFiles(reading);
        return new ModelInspection(
            reading.Path,
            reading.Config,
            reading.Quantization,
            Group(reading.Parts()),
            [.. reading.Linears.Values.Select(LinearSummary.Of)],
            reading.Tensors.GetValueOrDefault(LlamaTensors.Embedding)?.Type,
            reading.Rope is not null,
            reading.StopTokenIds,
            reading.Problems,
            reading.Notices);
    }

    private static void NoticeMissingFiles(ModelReading reading)
    {
        if (ModelDirectory.FindTokenizer(reading.Path) is null)
        {
            reading.Notices.Add(
                "tokenizer.json: the file is missing, and so is tokenizer.model; without one, text cannot be made tokens.");
        }

        if (reading.Config is not null && reading.StopTokenIds.Count == 0)
        {
            reading.Notices.Add("no eos_token_id in config.json or generation_config.json: completions end only at max_tokens.");
        }
    }

    private static List<TensorGroup> Group(IEnumerable<StoredPart> parts) =>
        [.. parts.GroupBy(p => Kind(p.Name)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new TensorGroup(
            g.Key,
            [.. g.Select(p => p.Precision).Distinct().Order(StringComparer.Ordinal)],
            g.Count(),
            g.Sum(p => p.ParameterCount),
            g.Sum(p => p.ByteCount)))];

    private static string Kind(string name) => name switch
    {
        LlamaTensors.Embedding => "embedding",
        _ when name.StartsWith(LlamaTensors.HeadModule, StringComparison.Ordinal) => "head",
        _ when name.Contains("norm", StringComparison.Ordinal) => "norms",
        _ when name.Contains(".self_attn.", StringComparison.Ordinal) => "attention",
        _ when name.Contains(".mlp.", StringComparison.Ordinal) => "feed-forward",
        _ => "other",
    };
}
