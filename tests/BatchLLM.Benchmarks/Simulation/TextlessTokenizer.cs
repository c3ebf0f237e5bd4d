using BatchLLM.Tokens;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Completions that only count have no text, and their prompts come as tokens.</summary>
/// <param name="vocabularySize">Of the model.</param>
internal sealed class TextlessTokenizer(int vocabularySize) : ITokenizer
{
    /// <inheritdoc/>
    public int VocabularySize => vocabularySize;

    /// <inheritdoc/>
    public int[] Encode(PromptText prompt) => throw new NotSupportedException("Prompts come as tokens.");

    /// <inheritdoc/>
    public int? FindToken(string text) => null;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int token) => [];

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens) => "";
}
