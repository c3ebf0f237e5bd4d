using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Blas;

/// <summary>An algorithm that the library's heuristic proposes (cublasLtMatmulHeuristicResult_t, 96 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Candidate
{
    /// <summary>The algorithm.</summary>
    public Algorithm Algorithm;

    /// <summary>Bytes of workspace that it needs.</summary>
    public nuint WorkspaceBytes;

    /// <summary>Whether it can be used at all.</summary>
    public BlasStatus State;

    /// <summary>How full the GPU is.</summary>
    public float Waves;

    private readonly long _reserved0;
    private readonly long _reserved1;
}
