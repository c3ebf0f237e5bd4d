using BatchLLM.Tokens;

namespace BatchLLM.CudaTests.Model;

/// <summary>Made-up models have no text.</summary>
internal sealed class NoText(int vocabularySize) : ITokenizer
{
    public int VocabularySize => vocabularySize;

    public int[] Encode(PromptText prompt) => throw new NotSupportedException("Prompts come as tokens.");

    public int? FindToken(string text) => null;

    public ReadOnlySpan<byte> GetBytes(int token) => [];

    public string Decode(ReadOnlySpan<int> tokens) => "";
}
