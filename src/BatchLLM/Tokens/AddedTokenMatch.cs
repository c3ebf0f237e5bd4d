namespace BatchLLM.Tokens;

/// <summary>An added token found in a prompt.</summary>
/// <param name="Start">Index of its first UTF-16 unit.</param>
/// <param name="Length">How many units.</param>
/// <param name="Token">Its id.</param>
internal readonly record struct AddedTokenMatch(int Start, int Length, int Token);
