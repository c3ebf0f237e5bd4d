namespace BatchLLM.Engine.Compare;

/// <summary>How well completions meet the expected texts.</summary>
/// <param name="ExactMatch">Share of completions that equal the expected text, white space at both ends aside.</param>
/// <param name="RougeL">Mean ROUGE-L F1 against the expected text.</param>
public sealed record Accuracy(double ExactMatch, double RougeL);
