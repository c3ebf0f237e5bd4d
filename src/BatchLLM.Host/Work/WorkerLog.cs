using BatchLLM.Host.Commands;

namespace BatchLLM.Host.Work;

/// <summary>A worker's log: a line an event, with the job's number. Never prompts, completions or secrets.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerLog(TextWriter output, TimeProvider time)
{
    /// <summary>Writes what happened to the worker itself.</summary>
    public void Write(string text) =>
        output.WriteLine(FormattableString.Invariant($"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} {text}"));

    /// <summary>Writes what happened to a job.</summary>
    public void Write(long jobId, string text) => Write(FormattableString.Invariant($"Job {jobId}: {text}"));

    /// <summary>Writes where in the program a fault came from that nobody foresaw; nothing for any other.</summary>
    public void WriteDefect(long jobId, Exception fault)
    {
        if (fault is not (BatchLLMException or UsageException or OperationCanceledException))
        {
            // Not its message, which may hold anything.
            Write(jobId, $"unexpected {fault.GetType().FullName}:{Environment.NewLine}{fault.StackTrace}");
        }
    }
}
