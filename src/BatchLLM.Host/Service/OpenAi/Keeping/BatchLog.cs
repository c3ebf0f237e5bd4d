namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>What happens to batches: a line an event, with the batch's name. Never prompts, completions or secrets.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchLog(TextWriter output, TimeProvider time)
{
    /// <summary>Writes what happened to a batch, or to a file.</summary>
    public void Write(string id, string text) =>
        output.WriteLine(FormattableString.Invariant($"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} {id}: {text}"));

    /// <summary>Writes where in the program a fault came from that nobody foresaw; nothing for any other.</summary>
    public void WriteDefect(string id, Exception fault)
    {
        if (fault is not (BatchLLMException or OperationCanceledException))
        {
            // Not its message, which may hold anything.
            Write(id, $"unexpected {fault.GetType().FullName}:{Environment.NewLine}{fault.StackTrace}");
        }
    }
}
