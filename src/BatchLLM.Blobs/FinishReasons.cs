using BatchLLM.Inference;

namespace BatchLLM.Blobs;

/// <summary>The names of <see cref="FinishReason"/> in output files.</summary>
internal static class FinishReasons
{
    /// <summary>The field's name; null for a failed row.</summary>
    public static string? Name(FinishReason? reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        _ => null,
    };

    /// <summary>The reason of a name; null for none.</summary>
    public static FinishReason? Find(string? name) => name switch
    {
        "stop" => FinishReason.Stop,
        "length" => FinishReason.Length,
        _ => null,
    };
}
