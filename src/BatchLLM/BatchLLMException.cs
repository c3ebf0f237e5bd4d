using BatchLLM.Rows;

namespace BatchLLM;

/// <summary>
/// The outside world failed or was wrong: a file, a server, a model directory, a job file. The message is a complete
/// sentence for the user: where, what was found, what was expected, what to do.
/// </summary>
/// <remarks>
/// The taxonomy: misuse of an API is a standard .NET exception; the outside world is this type; a single row's fault is
/// a <see cref="RowError"/> and no exception at all.
/// </remarks>
public class BatchLLMException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The sentence shown to the user. Never holds prompt text, completion text or a secret.</param>
    /// <param name="isTransient">True if the same call may succeed later without anyone changing anything.</param>
    /// <param name="innerException">The cause, shown only when details are asked for.</param>
    public BatchLLMException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True if the same call may succeed later: a server restarting, a connection reset.</summary>
    public bool IsTransient { get; }

    /// <summary>What a blob store failed at; null if it was nothing of a blob store.</summary>
    public BlobFailure? Blob { get; init; }
}
