using BatchLLM.Rows;
using Microsoft.Win32.SafeHandles;

namespace BatchLLM.Blobs.Files;

/// <summary>
/// A temporary file. It loses its name as soon as it is open, so that no end of the process, not even a kill, leaves it
/// behind (on Windows, which keeps names of open files, its end by the system's handle does). Made at the first write.
/// </summary>
/// <param name="folder">Where: a folder of a local file system.</param>
public sealed class ScratchFile(string folder) : IScratch
{
    private SafeFileHandle? _file;

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file ??= Create(), bytes, offset);
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw Describe(e);
        }
    }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> bytes)
    {
        try
        {
            for (var read = 0; read < bytes.Length;)
            {
                var count = RandomAccess.Read(_file!, bytes[read..], offset + read);
                read += count > 0 ? count : throw new EndOfStreamException("a temporary file lost its end");
            }
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw Describe(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private SafeFileHandle Create()
    {
        var path = Path.Combine(folder, $"batchllm-{Guid.NewGuid():N}.tmp");
        var file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }

    private BatchLLMException Describe(Exception cause) => new(
        $"Cannot keep temporary data in {folder}: {cause.Message.TrimEnd('.')}. It takes about 50 bytes for each row, " +
        "and the earlier answers of an incremental job; free some space, or set TMPDIR to a folder that has it.",
        isTransient: false,
        cause);
}
