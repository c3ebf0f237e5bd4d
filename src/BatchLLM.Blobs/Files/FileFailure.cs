using BatchLLM.Rows;

namespace BatchLLM.Blobs.Files;

/// <summary>Says in a sentence what the file system refused, and what to do about it.</summary>
internal static class FileFailure
{
    /// <summary>A part of a path is a file.</summary>
    public const int ENOTDIR = 20;

    // .NET leaves the raw errno in HResult for the causes that it has no exception type for (Linux numbers).
    private const int EROFS = 30;
    private const int ENOSPC = 28;
    private const int EFBIG = 27;
    private const int EISDIR = 21;
    private const int EDQUOT = 122;

    /// <summary>True for what the file system throws, as opposed to a mistake of ours.</summary>
    public static bool IsOutside(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The exception for the user.</summary>
    /// <param name="cause">What the file system threw.</param>
    /// <param name="verb">What was tried: "read", "write".</param>
    /// <param name="path">The local path.</param>
    public static BatchLLMException Describe(Exception cause, string verb, string path)
    {
        var sentence = cause switch
        {
            { HResult: ENOSPC } =>
                $"No room left on the device holding {path}; free some space, then run `batchllm resume`.",
            { HResult: EDQUOT } =>
                $"The disk quota for {path} is used up; free some space, then run `batchllm resume`.",
            { HResult: EFBIG } => $"Cannot {verb} {path}: the file would be larger than this system allows.",
            { HResult: EROFS } => $"Cannot {verb} {path}: the file system is read-only; choose another place.",
            { HResult: ENOTDIR } => $"Cannot {verb} {path}: a part of this path is a file, not a directory.",
            { HResult: EISDIR } => $"Cannot {verb} {path}: it is a directory; expected a file.",
            FileNotFoundException or DirectoryNotFoundException => $"Cannot {verb} {path}: it does not exist.",
            PathTooLongException => $"Cannot {verb} {path}: the name is longer than the file system allows.",
            UnauthorizedAccessException when Directory.Exists(path) =>
                $"Cannot {verb} {path}: it is a directory, or one without permission; expected a file.",
            UnauthorizedAccessException => $"Cannot {verb} {path}: permission denied for this user.",
            _ => $"Cannot {verb} {path}: {cause.Message.TrimEnd('.')}.",
        };
        return new BatchLLMException(sentence, isTransient: false, cause) { Blob = BlobFailure.At(FaultOf(cause), path) };
    }

    private static BlobFault FaultOf(Exception cause) => cause switch
    {
        { HResult: ENOSPC or EDQUOT } => BlobFault.NoRoom,
        FileNotFoundException or DirectoryNotFoundException => BlobFault.Missing,
        _ => BlobFault.Other,
    };
}
