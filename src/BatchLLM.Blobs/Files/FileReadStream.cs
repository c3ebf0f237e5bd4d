using BatchLLM.Rows;
using Microsoft.Win32.SafeHandles;

namespace BatchLLM.Blobs.Files;

/// <summary>
/// An open file, read without a buffer: every reader of ours asks for large pieces. Its device may fail at any read (a
/// bad sector, a network mount gone), and that too becomes the user's sentence here.
/// </summary>
/// <remarks>A class derived from FileStream cannot do this: its base routes one read method through another.</remarks>
internal sealed class FileReadStream : Stream
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private FileReadStream(string path, SafeFileHandle file, long length) =>
        (_path, _file, Length) = (path, file, length);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    /// <summary>Size in bytes when the file was opened.</summary>
    public override long Length { get; }

    public override long Position { get; set; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="BatchLLMException">It is missing, unreadable, or not a regular file.</exception>
    public static FileReadStream Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            const FileShare ShareAll = FileShare.ReadWrite | FileShare.Delete;
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, ShareAll, FileOptions.Asynchronous);
            return new FileReadStream(path, file, RandomAccess.GetLength(file));
        }
        catch (NotSupportedException e)
        {
            file?.Dispose();
            throw new BatchLLMException(
                $"Cannot read {path}: it is a pipe or a device; expected a regular file.", isTransient: false, e)
            {
                Blob = BlobFailure.At(BlobFault.Other, path),
            };
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            file?.Dispose();
            throw FileFailure.Describe(e, "read", path);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Advance(RandomAccess.Read(_file, buffer, Position));
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "read", _path);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Advance(await RandomAccess.ReadAsync(_file, buffer, Position, cancellationToken));
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "read", _path);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Advance(int read)
    {
        Position += read;
        return read;
    }
}
