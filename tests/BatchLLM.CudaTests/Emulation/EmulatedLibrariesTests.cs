using System.Runtime.InteropServices;
using BatchLLM.Cuda.Blas;
using BatchLLM.Cuda.Compilation;
using BatchLLM.Cuda.Driver;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>The emulator under the names of NVIDIA's libraries, on which the whole program is tested elsewhere.</summary>
public sealed class EmulatedLibrariesTests
{
    [Theory]
    [InlineData("libcuda.so.1", typeof(DriverApi))]
    [InlineData("libnvrtc.so.12", typeof(CompilerApi))]
    [InlineData("libcublasLt.so.12", typeof(BlasApi))]
    public void They_have_every_name_that_is_bound(string file, Type bindings) => BoundNames.AssertExported(
        bindings, NativeLibrary.Load(Path.Combine(EmulatorBuild.Run(Checkout.Root, sanitized: false), "driver", file)));
}
