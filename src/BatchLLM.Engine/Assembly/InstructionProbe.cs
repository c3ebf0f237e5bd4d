using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// Asks the processor. .NET answers for AVX2 and AVX-512, the operating system's part (XCR0) included; it has no types for
/// the dot products and tiles, which need no state beyond AVX-512 but for the tiles.
/// </summary>
internal static partial class InstructionProbe
{
    private const int ExtendedFeatures = 7;
    private const long ArchPrctl = 158;
    private const long RequestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
    private const long TileData = 18; // XFEATURE_XTILEDATA

    /// <summary>All that the machine has and its operating system permits.</summary>
    public static InstructionSet Find()
    {
        if (!X86Base.IsSupported || !Environment.Is64BitProcess || !(Avx2.IsSupported && Fma.IsSupported))
        {
            return InstructionSet.Portable;
        }

        var has512 = Avx512F.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;
        var (most, _, ecx, edx) = X86Base.CpuId(ExtendedFeatures, 0);
        var eax = most > 0 ? X86Base.CpuId(ExtendedFeatures, 1).Eax : 0;
        return Decide(has512, ecx, edx, eax, PermitsTiles);
    }

    /// <summary>Decides from what was found; permission for tiles is asked for only where the processor has them.</summary>
    /// <param name="has512">AVX-512 F, BW, DQ, VL and the operating system's part of them.</param>
    /// <param name="ecx">ECX of leaf 7.0: bit 11 VNNI.</param>
    /// <param name="edx">EDX of leaf 7.0: bits 22, 24 and 25 AMX-BF16, tiles and AMX-INT8.</param>
    /// <param name="eax">EAX of leaf 7.1: bit 4 AVX-VNNI, bit 5 BF16.</param>
    /// <param name="permitsTiles">Asks the operating system.</param>
    internal static InstructionSet Decide(bool has512, int ecx, int edx, int eax, Func<bool> permitsTiles)
    {
        var set = InstructionSet.Avx2 | (Has(eax, 4) ? InstructionSet.AvxVnni : 0);
        if (!has512)
        {
            return set;
        }

        set |= InstructionSet.Avx512;
        if (!Has(ecx, 11))
        {
            return set;
        }

        set |= Has(eax, 5) ? InstructionSet.Avx512Bf16 : InstructionSet.Avx512Vnni;
        var hasTiles = Has(eax, 5) && Has(edx, 22) && Has(edx, 24) && Has(edx, 25);
        return hasTiles && permitsTiles() ? set | InstructionSet.Amx : set;
    }

    private static bool Has(int register, int bit) => (register >> bit & 1) != 0;

    // Linux gives a process its 8 KiB of tile data only when asked, before the first use and for all of its threads.
    private static bool PermitsTiles() =>
        OperatingSystem.IsLinux() && SystemCall(ArchPrctl, RequestPermission, TileData) == 0;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second);
}
