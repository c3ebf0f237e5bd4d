using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Compilation;

/// <summary>Gives the machine code of kernel sources: from the cache, or compiled now and kept.</summary>
/// <param name="cache">Kept code.</param>
/// <param name="compiler">Makes code; null where NVRTC is missing, so that only what a release ships can be found.</param>
/// <param name="architecture">For example "sm_90a".</param>
internal sealed class CompiledKernels(CubinCache cache, KernelCompiler? compiler, string architecture)
{
    /// <summary>With the compiler of this machine, or, where it has none, with code of every source: what is missing is known at once.</summary>
    /// <param name="cache">Kept code.</param>
    /// <param name="architecture">For example "sm_90a".</param>
    /// <exception cref="BatchLLMException">NVRTC is missing, and the code of some source is not in the cache.</exception>
    public static CompiledKernels Open(CubinCache cache, string architecture)
    {
        var compiler = CudaLibraries.TryLoad(CudaLibrary.Compiler, out _) ? new KernelCompiler() : null;
        var kernels = new CompiledKernels(cache, compiler, architecture);
        foreach (var name in compiler is null ? KernelSources.Names : [])
        {
            _ = kernels.Code(name);
        }

        return kernels;
    }

    /// <summary>CUDA version of the compiler; null where NVRTC is missing.</summary>
    public string? CompilerVersion => compiler?.Version;

    /// <summary>The code of a source.</summary>
    /// <param name="name">File below kernels/, without its extension.</param>
    /// <exception cref="BatchLLMException">The source does not compile for this device, or the compiler is missing.</exception>
    public byte[] Code(string name)
    {
        var source = KernelSources.Text(name);
        var key = CubinKey.Of(name, source, KernelSources.Headers, architecture);
        return cache.Find(key, compiler?.Version) ?? Compile(key, source);
    }

    private byte[] Compile(CubinKey key, string source)
    {
        // Says which library is missing, if it is.
        var maker = compiler ?? new KernelCompiler();
        var code = maker.Compile($"{key.Source}.cu", source, KernelSources.Headers, architecture);
        cache.Keep(key, maker.Version, code);
        return code;
    }
}
