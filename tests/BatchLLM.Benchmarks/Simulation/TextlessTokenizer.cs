using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Tokens;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Simulated completions have no text, and simulated prompts come as tokens.</summary>
internal sealed class TextlessTokenizer : ITokenizer
{
    /// <inheritdoc/>
    public int VocabularySize => Workload.VocabularySize;

    /// <inheritdoc/>
    public int[] Encode(PromptText prompt) => throw new NotSupportedException("Simulated prompts come as tokens.");

    /// <inheritdoc/>
    public int? FindToken(string text) => null;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int token) => [];

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens) => "";
}
