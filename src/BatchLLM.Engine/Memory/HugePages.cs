using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Memory;

/// <summary>
/// Asks Linux to back large memory with huge pages: weights are read by the gigabyte, and each 4 KiB page takes an entry of the page tables.
/// Other systems, and Linux where it is switched off, give ordinary pages.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a huge page, and the boundary that one begins on.</summary>
    public const nuint Size = 2 << 20;

    private const int Advice = 14; // MADV_HUGEPAGE, the same for x64 and Arm

    /// <summary>True if memory of a length is worth it.</summary>
    public static bool Suit(nuint bytes) => OperatingSystem.IsLinux() && bytes >= 2 * Size;

    /// <summary>Asks; a refusal costs speed and nothing else.</summary>
    /// <param name="memory">On a boundary of <see cref="Size"/>, and not touched yet.</param>
    /// <param name="bytes">Length.</param>
    public static void Ask(void* memory, nuint bytes) => _ = Advise(memory, bytes, Advice);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
