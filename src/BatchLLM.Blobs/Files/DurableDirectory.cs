using System.Runtime.InteropServices;
using System.Text;

namespace BatchLLM.Blobs.Files;

/// <summary>
/// Makes directory entries survive a power cut. fsync of a file does not cover its name; that needs an fsync of the
/// directory (fsync(2)), and .NET does not open directories.
/// </summary>
internal static class DurableDirectory
{
    private const int OpenReadOnly = 0;
    private const int EINVAL = 22;

    /// <summary>Creates a directory and its missing parents; their names are durable on return.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (File.Exists(path))
        {
            throw new IOException("Not a directory.", FileFailure.ENOTDIR); // .NET says that it "already exists"
        }

        var parent = Path.GetDirectoryName(path) ?? throw new DirectoryNotFoundException(path);
        Create(parent);
        Directory.CreateDirectory(path);
        Sync(parent);
    }

    /// <summary>Waits until all names in a directory are on the device.</summary>
    /// <exception cref="IOException">The device failed.</exception>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names itself, and FlushFileBuffers refuses a directory.
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), OpenReadOnly);
        if (descriptor < 0)
        {
            throw Failure(path);
        }

        try
        {
            // EINVAL: the file system (some FUSE ones) has no such notion, and nothing better can be done on it.
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != EINVAL)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(errno)}: {path}", errno);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
