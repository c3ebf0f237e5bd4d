namespace BatchLLM.Tokens;

/// <summary>
/// Reads tokenizer.model, a name that two kinds of file have: Llama 3's ranks and SentencePiece models. Its content
/// tells them apart.
/// </summary>
public static class TokenizerModel
{
    /// <summary>Makes the tokenizer that a file describes.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="BatchLLMException">The file is damaged, not supported, or of another kind.</exception>
    public static ITokenizer Load(ReadOnlySpan<byte> file, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RankFile.IsOne(file) ? RankFile.Load(file, name)
            : SentencePieceFile.IsOne(file) ? SentencePieceFile.Load(file, name)
            : throw new BatchLLMException(
                $"{name} is neither a SentencePiece model nor a file of ranks (a token in base64, a space and its rank a "
                + "line). Copy it again, or tokenizer.json, from where the model was published.");
    }
}
