using System.Runtime.CompilerServices;
using BatchLLM.Cuda.Blas;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests.Blas;

public sealed unsafe class BlasBindingTests
{
    [Fact]
    public void Structures_are_as_long_as_the_librarys()
    {
        Assert.Equal(64, Unsafe.SizeOf<Algorithm>());
        Assert.Equal(96, Unsafe.SizeOf<Candidate>());
    }

    [Fact]
    public void Every_name_that_is_bound_is_exported()
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        BoundNames.AssertExported(typeof(BlasApi), CudaLibrary.Products);
    }

    [Theory]
    [InlineData(DescriptorAttribute.TransposeA, 4)]
    [InlineData(DescriptorAttribute.TransposeB, 4)]
    [InlineData(DescriptorAttribute.ScalesA, 8)]
    [InlineData(DescriptorAttribute.ScalesB, 8)]
    [InlineData(DescriptorAttribute.FastAccumulation, 1)]
    [InlineData(DescriptorAttribute.ScaleModeA, 4)]
    [InlineData(DescriptorAttribute.ScaleModeB, 4)]
    public void Attributes_have_the_sizes_that_the_library_tells(object attribute, int size)
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        if ((DescriptorAttribute)attribute >= DescriptorAttribute.ScaleModeA)
        {
            NeedFp4();
        }

        using var descriptor = new ProductDescriptor(new ProductShape(16, 32, 64, ElementType.E4M3, ElementType.BFloat16));
        nuint written;
        _ = BlasApi.DescriptorGet(descriptor.Handle, (DescriptorAttribute)attribute, null, 0, &written);
        Assert.Equal((nuint)size, written);
    }

    [Theory]
    [InlineData(ElementType.E4M3, ElementType.BFloat16)]
    [InlineData(ElementType.BFloat16, ElementType.BFloat16)]
    [InlineData(ElementType.BFloat16, ElementType.Float32)]
    [InlineData(ElementType.Int8, ElementType.Int32)]
    public void Products_are_described_with_the_weights_transposed(ElementType input, ElementType output)
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        using var descriptor = new ProductDescriptor(new ProductShape(16, 32, 64, input, output));
        int transposed, other;
        nuint written;
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.TransposeA, &transposed, 4, &written));
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.TransposeB, &other, 4, &written));
        Assert.Equal((1, 0), (transposed, other));
    }

    [Fact]
    public void Products_of_FP4_have_scales_of_blocks_on_both_sides()
    {
        NeedFp4();
        using var descriptor = new ProductDescriptor(new ProductShape(16, 32, 64, ElementType.E2M1, ElementType.BFloat16));
        descriptor.SetScales(weights: 0x1000, input: 0x2000);
        ScaleMode modeA, modeB;
        ulong a, b;
        nuint written;
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.ScaleModeA, &modeA, 4, &written));
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.ScaleModeB, &modeB, 4, &written));
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.ScalesA, &a, 8, &written));
        Assert.Equal(BlasStatus.Success, BlasApi.DescriptorGet(descriptor.Handle, DescriptorAttribute.ScalesB, &b, 8, &written));
        Assert.Equal((ScaleMode.Blocks16, ScaleMode.Blocks16, 0x1000UL, 0x2000UL), (modeA, modeB, a, b));
    }

    // Tests of what the library has from 12.8 on.
    private static void NeedFp4()
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        Assert.SkipUnless(BlasApi.GetVersion() >= 120_800, $"cuBLASLt {BlasApi.GetVersion()} is older than 12.8, the first with products of FP4.");
    }

    [Fact]
    public void Preferences_are_kept()
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        nint preference;
        ulong wanted = 12_345 * 256, found;
        uint none = 0, mask;
        nuint written;
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceCreate(&preference));
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceSet(preference, PreferenceAttribute.MaxWorkspaceBytes, &wanted, 8));
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceSet(preference, PreferenceAttribute.ReductionSchemeMask, &none, 4));
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceGet(preference, PreferenceAttribute.MaxWorkspaceBytes, &found, 8, &written));
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceGet(preference, PreferenceAttribute.ReductionSchemeMask, &mask, 4, &written));
        Assert.Equal((wanted, none), (found, mask));
        Assert.Equal(BlasStatus.Success, BlasApi.PreferenceDestroy(preference));
    }

    [Fact]
    public void What_the_library_refuses_is_named()
    {
        NvidiaLibraries.Need(CudaLibrary.Products);
        var e = Assert.Throws<BatchLLMException>(() => BlasCheck.Check(BlasStatus.NotSupported, "multiply"));
        Assert.Equal("cuBLASLt could not multiply: CUBLAS_STATUS_NOT_SUPPORTED (15).", e.Message);
    }
}
