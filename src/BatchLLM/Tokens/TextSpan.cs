namespace BatchLLM.Tokens;

/// <summary>A run of UTF-16 units in a text.</summary>
/// <param name="Start">Index of the first unit.</param>
/// <param name="Length">How many units.</param>
public readonly record struct TextSpan(int Start, int Length);
