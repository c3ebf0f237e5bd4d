using System.Runtime.InteropServices;
using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Compilation;

/// <summary>NVRTC.</summary>
internal static unsafe partial class CompilerApi
{
    private const string Library = CudaLibrary.CompilerName;

    [LibraryImport(Library, EntryPoint = "nvrtcVersion")]
    internal static partial CompilerResult Version(int* major, int* minor);

    [LibraryImport(Library, EntryPoint = "nvrtcGetErrorString")]
    internal static partial byte* GetErrorString(CompilerResult result);

    [LibraryImport(Library, EntryPoint = "nvrtcCreateProgram")]
    internal static partial CompilerResult CreateProgram(
        nint* program, byte* source, byte* name, int headerCount, byte** headers, byte** headerNames);

    [LibraryImport(Library, EntryPoint = "nvrtcDestroyProgram")]
    internal static partial CompilerResult DestroyProgram(nint* program);

    [LibraryImport(Library, EntryPoint = "nvrtcCompileProgram")]
    internal static partial CompilerResult CompileProgram(nint program, int optionCount, byte** options);

    [LibraryImport(Library, EntryPoint = "nvrtcGetCUBINSize")]
    internal static partial CompilerResult GetCubinSize(nint program, nuint* bytes);

    [LibraryImport(Library, EntryPoint = "nvrtcGetCUBIN")]
    internal static partial CompilerResult GetCubin(nint program, byte* cubin);

    [LibraryImport(Library, EntryPoint = "nvrtcGetProgramLogSize")]
    internal static partial CompilerResult GetLogSize(nint program, nuint* bytes);

    [LibraryImport(Library, EntryPoint = "nvrtcGetProgramLog")]
    internal static partial CompilerResult GetLog(nint program, byte* log);
}
