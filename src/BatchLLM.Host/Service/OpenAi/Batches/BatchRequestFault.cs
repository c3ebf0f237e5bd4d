namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>What is wrong with the body of a request for a batch.</summary>
/// <param name="Param">The member at fault; null for the body as a whole.</param>
/// <param name="Message">What was found and what was expected.</param>
internal sealed record BatchRequestFault(string? Param, string Message);
