namespace BatchLLM.Parquet;

/// <summary>
/// A file is not Parquet, is damaged, or uses a feature that is not read here. Never transient: the same bytes fail the
/// same way. The message says where, what was found, what was expected and what to do.
/// </summary>
/// <remarks>
/// Errors of the source itself (a disk, a network) are not of this type; they pass through unchanged.
/// </remarks>
public sealed class ParquetException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">A complete sentence for the user that begins with the file's name.</param>
    /// <param name="isUnsupported">True if the file may well be good, but uses a feature that is not read here.</param>
    /// <param name="innerException">The cause, if another component noticed the damage.</param>
    public ParquetException(string message, bool isUnsupported = false, Exception? innerException = null)
        : base(message, innerException) => IsUnsupported = isUnsupported;

    /// <summary>True if the file may well be good, but uses a feature that is not read here.</summary>
    public bool IsUnsupported { get; }
}
