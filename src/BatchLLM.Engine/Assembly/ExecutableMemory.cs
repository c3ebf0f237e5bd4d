using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Assembly;

/// <summary>Pages from the operating system that are first writable and then executable, never both.</summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ReadWrite = 0x1 | 0x2;
    private const int ReadExecute = 0x1 | 0x4;
    private const int PrivateAnonymousLinux = 0x02 | 0x20;
    private const int PrivateAnonymousMac = 0x02 | 0x1000;
    private const int CommitReserve = 0x1000 | 0x2000;
    private const int Release = 0x8000;
    private const int PageReadWrite = 0x04;
    private const int PageExecuteRead = 0x20;

    /// <summary>Writable pages, or null where the system has none.</summary>
    /// <param name="bytes">At least so many.</param>
    public static byte* Reserve(nuint bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            return VirtualAlloc(null, bytes, CommitReserve, PageReadWrite);
        }

        var flags = OperatingSystem.IsMacOS() ? PrivateAnonymousMac : PrivateAnonymousLinux;
        var pages = Map(null, bytes, ReadWrite, flags, -1, 0);
        return (nint)pages == -1 ? null : pages;
    }

    /// <summary>Makes pages executable and no longer writable; false where the system refuses.</summary>
    /// <param name="pages">From <see cref="Reserve"/>.</param>
    /// <param name="bytes">As there.</param>
    public static bool Seal(byte* pages, nuint bytes) => OperatingSystem.IsWindows()
        ? VirtualProtect(pages, bytes, PageExecuteRead, out _) != 0
        : Protect(pages, bytes, ReadExecute) == 0;

    /// <summary>Gives pages back.</summary>
    /// <param name="pages">From <see cref="Reserve"/>.</param>
    /// <param name="bytes">As there.</param>
    public static void Free(byte* pages, nuint bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualFree(pages, 0, Release);
        }
        else
        {
            _ = Unmap(pages, bytes);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);

    [LibraryImport("kernel32")]
    private static partial byte* VirtualAlloc(byte* address, nuint size, int type, int protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(byte* address, nuint size, int protection, out int before);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(byte* address, nuint size, int type);
}
