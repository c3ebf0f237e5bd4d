using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>Purposes as requests and answers name them.</summary>
internal static class FilePurposes
{
    public const string Batch = "batch";

    public const string BatchOutput = "batch_output";

    /// <summary>The purpose of a name; null for one that no file here has.</summary>
    public static FilePurpose? Find(string name) => name switch
    {
        Batch => FilePurpose.Batch,
        BatchOutput => FilePurpose.BatchOutput,
        _ => null,
    };
}
