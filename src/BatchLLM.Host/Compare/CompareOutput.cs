using System.Text.Json.Serialization;
using BatchLLM.Engine.Compare;

namespace BatchLLM.Host.Compare;

/// <summary>What a comparison came to, for the table and for <c>--json</c>.</summary>
/// <param name="A">The reference.</param>
/// <param name="B">The other model.</param>
/// <param name="Rows">Rows by class.</param>
/// <param name="Agreement">How far the two agree.</param>
/// <param name="Seconds">Duration, loading aside.</param>
internal sealed record CompareOutput(
    ComparedModelOutput A, ComparedModelOutput B, ComparedRows Rows, Agreement Agreement, double Seconds);

/// <summary>One of the models.</summary>
/// <param name="Model">Its directory.</param>
/// <param name="Quantization">What its checkpoint declares.</param>
/// <param name="Numerics">The numerics in force.</param>
/// <param name="KvCache">The KV cache in force.</param>
/// <param name="DiskBytes">Bytes of its weight files.</param>
/// <param name="MemoryBytes">Bytes of its weights in memory, as the engine keeps them.</param>
/// <param name="TokensPerSecond">Prompt and completion tokens a second, both models having computed the same steps.</param>
/// <param name="Accuracy">Against the expected completions; null if there are none.</param>
internal sealed record ComparedModelOutput(
    string Model,
    string Quantization,
    string Numerics,
    string KvCache,
    long DiskBytes,
    long MemoryBytes,
    double TokensPerSecond,
    Accuracy? Accuracy);

/// <summary>Rows of the prompts.</summary>
/// <param name="In">Rows read.</param>
/// <param name="Compared">Rows that both models completed.</param>
/// <param name="Skipped">Rows that cannot be compared.</param>
/// <param name="Reasons">Skipped rows by the code of their error.</param>
internal sealed record ComparedRows(
    [property: JsonPropertyName("in")] long In, long Compared, long Skipped, IReadOnlyDictionary<string, long> Reasons);
