using BatchLLM.Cuda.Compilation;
using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Kernel sources that a GPU has loaded.</summary>
/// <param name="code">Gives their machine code.</param>
internal sealed unsafe class CudaModules(CompiledKernels code) : IDisposable
{
    private readonly Dictionary<string, nint> _modules = new(StringComparer.Ordinal); // by source
    private readonly Dictionary<(string Source, string Name), CudaKernel> _kernels = [];

    /// <summary>Finds a kernel, loading its source first if need be.</summary>
    public CudaKernel Kernel(string source, string name)
    {
        if (!_kernels.TryGetValue((source, name), out var kernel))
        {
            kernel = new CudaKernel(name, Function(Module(source), name));
            _kernels.Add((source, name), kernel);
        }

        return kernel;
    }

    /// <summary>Loads a source.</summary>
    public void Load(string source) => _ = Module(source);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in _modules.Values)
        {
            _ = DriverApi.ModuleUnload(module);
        }
    }

    private nint Module(string source)
    {
        if (!_modules.TryGetValue(source, out var module))
        {
            fixed (byte* image = code.Code(source))
            {
                DriverCheck.Check(DriverApi.ModuleLoadData(&module, image), $"load the kernels of {source}.cu");
            }

            _modules.Add(source, module);
        }

        return module;
    }

    private static nint Function(nint module, string name)
    {
        using var text = new NativeTexts([name]);
        nint function;
        DriverCheck.Check(DriverApi.ModuleGetFunction(&function, module, text.Pointer[0]), $"find the kernel {name}");
        return function;
    }
}
