using System.Runtime.InteropServices;
using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Blas;

/// <summary>cuBLASLt.</summary>
internal static unsafe partial class BlasApi
{
    /// <summary>Sums in float32 (CUBLAS_COMPUTE_32F).</summary>
    internal const int ComputeFloat32 = 68;

    /// <summary>Sums in int32 (CUBLAS_COMPUTE_32I).</summary>
    internal const int ComputeInt32 = 72;

    private const string Library = CudaLibrary.ProductsName;

    [LibraryImport(Library, EntryPoint = "cublasLtGetVersion")]
    internal static partial nuint GetVersion();

    [LibraryImport(Library, EntryPoint = "cublasLtGetStatusName")]
    internal static partial byte* GetStatusName(BlasStatus status);

    [LibraryImport(Library, EntryPoint = "cublasLtCreate")]
    internal static partial BlasStatus Create(nint* handle);

    [LibraryImport(Library, EntryPoint = "cublasLtDestroy")]
    internal static partial BlasStatus Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescCreate")]
    internal static partial BlasStatus DescriptorCreate(nint* descriptor, int computeType, DataType scaleType);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescDestroy")]
    internal static partial BlasStatus DescriptorDestroy(nint descriptor);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescSetAttribute")]
    internal static partial BlasStatus DescriptorSet(nint descriptor, DescriptorAttribute attribute, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescGetAttribute")]
    internal static partial BlasStatus DescriptorGet(
        nint descriptor, DescriptorAttribute attribute, void* value, nuint size, nuint* written);

    [LibraryImport(Library, EntryPoint = "cublasLtMatrixLayoutCreate")]
    internal static partial BlasStatus LayoutCreate(nint* layout, DataType type, ulong rows, ulong columns, long leadingDimension);

    [LibraryImport(Library, EntryPoint = "cublasLtMatrixLayoutDestroy")]
    internal static partial BlasStatus LayoutDestroy(nint layout);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceCreate")]
    internal static partial BlasStatus PreferenceCreate(nint* preference);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceDestroy")]
    internal static partial BlasStatus PreferenceDestroy(nint preference);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceSetAttribute")]
    internal static partial BlasStatus PreferenceSet(nint preference, PreferenceAttribute attribute, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceGetAttribute")]
    internal static partial BlasStatus PreferenceGet(
        nint preference, PreferenceAttribute attribute, void* value, nuint size, nuint* written);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulAlgoGetHeuristic")]
    internal static partial BlasStatus GetHeuristic(
        nint handle, nint descriptor, nint a, nint b, nint c, nint d, nint preference, int wanted, Candidate* candidates, int* found);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulAlgoCheck")]
    internal static partial BlasStatus AlgorithmCheck(
        nint handle, nint descriptor, nint a, nint b, nint c, nint d, Algorithm* algorithm, Candidate* result);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmul")]
    internal static partial BlasStatus Multiply(
        nint handle, nint descriptor, void* alpha, ulong a, nint layoutA, ulong b, nint layoutB, void* beta, ulong c, nint layoutC,
        ulong d, nint layoutD, Algorithm* algorithm, ulong workspace, nuint workspaceBytes, nint stream);
}
