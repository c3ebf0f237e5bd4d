namespace BatchLLM.Tokens;

/// <summary>A piece of a SentencePiece model.</summary>
/// <param name="Text">Its spelling.</param>
/// <param name="Score">The highest is merged first.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);
