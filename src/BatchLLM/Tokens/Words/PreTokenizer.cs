namespace BatchLLM.Tokens.Words;

/// <summary>
/// How a vocabulary's texts are cut into words: by one scanner over the text as it stands, which is fast, or by stages,
/// which can do all that is published. Exactly one of the two. Immutable, hence thread-safe.
/// </summary>
/// <param name="Scanner">Cuts one word after the other; null if stages are needed.</param>
/// <param name="MakeCutter">Makes a cutter by stages for one thread; null if a scanner does.</param>
internal sealed record PreTokenizer(WordScanner? Scanner, Func<WordCutter>? MakeCutter);
