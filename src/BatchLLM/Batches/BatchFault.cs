namespace BatchLLM.Batches;

/// <summary>Something that is wrong with a batch's input, for which no request of it is run.</summary>
/// <param name="Line">1-based line of the input; null if it is of no single line.</param>
/// <param name="Code">What is wrong, for programs.</param>
/// <param name="Message">What was found and expected. Never the text of a request.</param>
/// <param name="Param">The member that it is about; null for the line as a whole.</param>
public sealed record BatchFault(int? Line, string Code, string Message, string? Param);
