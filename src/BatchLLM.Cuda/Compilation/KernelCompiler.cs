using System.Runtime.InteropServices;
using System.Text;
using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Compilation;

/// <summary>Makes machine code of kernel sources with NVRTC. No GPU is needed.</summary>
internal sealed unsafe class KernelCompiler
{
    /// <summary>Finds the compiler.</summary>
    /// <exception cref="BatchLLMException">NVRTC is not installed.</exception>
    public KernelCompiler()
    {
        CudaLibraries.Require(CudaLibrary.Compiler);
        int major, minor;
        _ = CompilerApi.Version(&major, &minor);
        Version = $"{major}.{minor}";
        CudaLibraries.LoadBeside(CudaLibrary.Compiler, $"libnvrtc-builtins.so.{Version}");
    }

    /// <summary>CUDA version of the compiler, for example "13.0".</summary>
    public string Version { get; }

    /// <summary>Options for an architecture. The kernels say themselves where a product and a sum are rounded once (kernels/gpu.h).</summary>
    /// <param name="architecture">For example "sm_90a".</param>
    public static IReadOnlyList<string> Options(string architecture) => ["-std=c++20", "--fmad=false", "-lineinfo", $"-arch={architecture}"];

    /// <summary>Compiles one source.</summary>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="source">Its text.</param>
    /// <param name="headers">What it may include. // (file name, text)</param>
    /// <param name="architecture">For example "sm_90a".</param>
    /// <returns>A cubin.</returns>
    /// <exception cref="BatchLLMException">The source does not compile, or the compiler does not know the architecture.</exception>
    public byte[] Compile(string name, string source, IReadOnlyList<(string Name, string Text)> headers, string architecture)
    {
        using var texts = new NativeTexts([source, name]);
        using var headerTexts = new NativeTexts(headers.Select(header => header.Text));
        using var headerNames = new NativeTexts(headers.Select(header => header.Name));
        nint program;
        Check(
            CompilerApi.CreateProgram(&program, texts.Pointer[0], texts.Pointer[1], headers.Count, headerTexts.Pointer, headerNames.Pointer),
            name, architecture, "");
        try
        {
            return Compile(program, name, architecture);
        }
        finally
        {
            _ = CompilerApi.DestroyProgram(&program);
        }
    }

    private byte[] Compile(nint program, string name, string architecture)
    {
        using var options = new NativeTexts(Options(architecture));
        Check(CompilerApi.CompileProgram(program, options.Count, options.Pointer), name, architecture, Log(program));
        nuint size;
        Check(CompilerApi.GetCubinSize(program, &size), name, architecture, "");
        var cubin = new byte[size];
        fixed (byte* pointer = cubin)
        {
            Check(CompilerApi.GetCubin(program, pointer), name, architecture, "");
        }

        return cubin;
    }

    private static string Log(nint program)
    {
        nuint size;
        if (CompilerApi.GetLogSize(program, &size) != CompilerResult.Success || size <= 1)
        {
            return "";
        }

        var log = new byte[size];
        fixed (byte* pointer = log)
        {
            _ = CompilerApi.GetLog(program, pointer);
        }

        return Encoding.UTF8.GetString(log.AsSpan(0, log.Length - 1)).Trim();
    }

    private void Check(CompilerResult result, string name, string architecture, string log)
    {
        if (result == CompilerResult.Success)
        {
            return;
        }

        throw new BatchLLMException(result == CompilerResult.InvalidOption
            ? $"NVRTC {Version} does not know this GPU's architecture, {architecture}; install a newer CUDA toolkit, or run on the CPU " +
                "with --device cpu."
            : $"NVRTC {Version} does not compile {name} for {architecture}: " +
                $"{Marshal.PtrToStringUTF8((nint)CompilerApi.GetErrorString(result))}. {log}");
    }
}
