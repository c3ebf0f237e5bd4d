namespace BatchLLM.Engine.Assembly;

/// <summary>What kernels may be made of. Each value contains the bits of those it builds on, so that one test answers "has all of it".</summary>
[Flags]
public enum InstructionSet
{
    /// <summary>Whatever .NET's own vectors compile to.</summary>
    Portable = 0,

    /// <summary>AVX2, FMA and F16C.</summary>
    Avx2 = 1,

    /// <summary>256-bit dot products of bytes (AVX-VNNI); not part of the line that leads to AMX.</summary>
    AvxVnni = Avx2 | 2,

    /// <summary>AVX-512 F, BW, DQ and VL.</summary>
    Avx512 = Avx2 | 4,

    /// <summary>512-bit dot products of bytes.</summary>
    Avx512Vnni = Avx512 | 8,

    /// <summary>512-bit dot products of BF16 pairs; no processor has them without VNNI.</summary>
    Avx512Bf16 = Avx512Vnni | 16,

    /// <summary>Tiles of BF16 and of bytes, which the operating system has permitted.</summary>
    Amx = Avx512Bf16 | 32,
}
