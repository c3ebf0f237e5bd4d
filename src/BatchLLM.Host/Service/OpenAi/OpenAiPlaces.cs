namespace BatchLLM.Host.Service.OpenAi;

/// <summary>Names of what is kept for batches. What clients call their files is in none of them.</summary>
/// <param name="settings">Where it is kept.</param>
internal sealed class OpenAiPlaces(OpenAiSettings settings)
{
    private const string Written = "/files/";

    private readonly string _root = settings.DataUri.TrimEnd('/');

    /// <summary>A file that was handed in.</summary>
    public string Input(string fileId) => $"{_root}/inputs/{fileId}.jsonl";

    /// <summary>What a file store holds of an upload that is not whole yet, as a pattern.</summary>
    public string HalfInputs => $"{_root}/inputs/.file-*.tmp";

    /// <summary>The file whose bytes are at an <see cref="Input"/>.</summary>
    public string FileOf(string inputUri) => inputUri[$"{_root}/inputs/".Length..^".jsonl".Length];

    /// <summary>The output directory of a batch's job.</summary>
    public string Job(string batchId) => $"{_root}/batches/{batchId}";

    /// <summary>A file that a batch ends with.</summary>
    public string Output(string batchId, string fileId) => $"{Job(batchId)}{Written}{fileId}.jsonl";

    /// <summary>What a file that a batch ended with was made from, as patterns: the rows of its job.</summary>
    public static IEnumerable<string> SourcesOf(string outputUri)
    {
        var job = outputUri[..outputUri.LastIndexOf(Written, StringComparison.Ordinal)];
        return [$"{job}/part-*", $"{job}/errors.jsonl"];
    }
}
