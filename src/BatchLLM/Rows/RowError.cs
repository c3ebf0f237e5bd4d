namespace BatchLLM.Rows;

/// <summary>Why one row has no completion. Data, not an exception: the job goes on.</summary>
/// <param name="Code">A stable code from <see cref="RowErrorCodes"/>, for counting and retrying by class.</param>
/// <param name="Message">What was found and expected. Never holds prompt or completion text.</param>
public sealed record RowError(string Code, string Message);
