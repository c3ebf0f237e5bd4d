namespace BatchLLM.Batches;

/// <summary>What the model made of a request.</summary>
/// <param name="Row">1-based number of the request in its file.</param>
/// <param name="CustomId">The client's name of it.</param>
/// <param name="Text">The completion.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
public sealed record BatchAnswer(
    long Row, string CustomId, string Text, string FinishReason, int PromptTokens, int CompletionTokens);
