namespace BatchLLM.Tokens;

/// <summary>An added token found in a text.</summary>
/// <param name="Start">Index of its first UTF-16 unit.</param>
/// <param name="End">Index behind its last unit.</param>
/// <param name="Token">What was found.</param>
internal readonly record struct AddedTokenMatch(int Start, int End, AddedToken Token);
