using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Driver;
using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests.Driver;

public sealed class CudaDriverTests
{
    [Fact]
    public void A_machine_without_a_driver_is_told_what_to_install()
    {
        Assert.SkipWhen(CudaLibraries.TryLoad(CudaLibrary.Driver, out _), "This machine has NVIDIA's driver.");
        var e = Assert.Throws<BatchLLMException>(CudaDriver.Start);
        Assert.Equal(
            "A GPU needs libcuda.so.1, which was not found; install NVIDIA's driver for this machine's GPU, or run on the CPU with " +
            "--device cpu.",
            e.Message);
    }

    [Fact]
    public void The_driver_of_a_machine_without_a_GPU_says_so()
    {
        NvidiaLibraries.Need(CudaLibrary.Driver);
        if (DriverApi.Init(0) == DriverResult.Success)
        {
            Assert.Skip("This machine has a GPU.");
        }

        var e = Assert.Throws<BatchLLMException>(CudaDriver.Start);
        Assert.StartsWith("NVIDIA's driver is installed but sees no GPU;", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("--device cpu.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_driver_returns_is_named_and_explained()
    {
        NvidiaLibraries.Need(CudaLibrary.Driver);
        Assert.Equal("CUDA_ERROR_OUT_OF_MEMORY (2), out of memory", DriverCheck.Describe(DriverResult.OutOfMemory));
        Assert.Equal("error 123456", DriverCheck.Describe((DriverResult)123_456));
    }

    [Fact]
    public void Every_name_that_is_bound_is_exported()
    {
        NvidiaLibraries.Need(CudaLibrary.Driver);
        BoundNames.AssertExported(typeof(DriverApi), CudaLibrary.Driver);
    }

    [Theory]
    [InlineData(11_080, "NVIDIA's driver speaks CUDA 11.8; expected 12.0 or newer.")]
    [InlineData(10_020, "NVIDIA's driver speaks CUDA 10.2; expected 12.0 or newer.")]
    public void Too_old_a_driver_is_refused(int version, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<BatchLLMException>(() => CudaDriver.RequireVersion(version)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_stub_that_programs_are_linked_with_is_not_taken_for_the_driver() =>
        Assert.Contains(
            "is the stub", Assert.Throws<BatchLLMException>(() => CudaDriver.RequireStart(DriverResult.StubLibrary)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_GPU_that_is_not_there_is_refused_by_its_number(int ordinal)
    {
        var e = Assert.Throws<BatchLLMException>(() => DeviceProbe.RequireOrdinal(1, ordinal));
        Assert.Equal($"GPU {ordinal} was asked for; this machine has 1, numbered from 0. Choose --device cuda.", e.Message);
    }

    [Theory]
    [InlineData(8, 0, false)]
    [InlineData(8, 6, false)]
    [InlineData(8, 9, true)]
    [InlineData(9, 0, true)]
    [InlineData(10, 0, true)]
    [InlineData(12, 0, true)]
    public void A_GPU_without_E4M3_is_refused(int major, int minor, bool isTaken)
    {
        var properties = new DeviceProperties("A GPU", major, minor, 100, 100_000, 1L << 34);
        if (isTaken)
        {
            DeviceProbe.RequireCapability(properties);
            return;
        }

        var e = Assert.Throws<BatchLLMException>(() => DeviceProbe.RequireCapability(properties));
        Assert.StartsWith($"A GPU has compute capability {major}.{minor}; expected 8.9", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 9, "sm_89")]
    [InlineData(9, 0, "sm_90a")]
    [InlineData(10, 0, "sm_100a")]
    public void Kernels_are_compiled_for_the_device_itself(int major, int minor, string architecture) =>
        Assert.Equal(architecture, DeviceProbe.Architecture(new DeviceProperties("A GPU", major, minor, 1, 1, 1)));
}
