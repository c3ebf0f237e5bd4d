using BatchLLM.Cuda.Compilation;
using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests.Compilation;

public sealed class KernelCompilerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("batchllm-cubins").FullName;

    public static TheoryData<string> Sources => [.. KernelSources.Names];

    private static KernelCompiler Compiler()
    {
        NvidiaLibraries.Need(CudaLibrary.Compiler);
        return new KernelCompiler();
    }

    [Fact]
    public void Every_name_that_is_bound_is_exported()
    {
        NvidiaLibraries.Need(CudaLibrary.Compiler);
        BoundNames.AssertExported(typeof(CompilerApi), CudaLibrary.Compiler);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Every_kernel_compiles_for_Hopper_and_is_found_the_next_time(string source)
    {
        var kernels = new CompiledKernels(new CubinCache(_directory, null), Compiler(), "sm_90a");
        var code = kernels.Code(source);
        Assert.Equal("\u007fELF"u8.ToArray(), code[..4]);
        Assert.Single(Directory.GetFiles(_directory));
        Assert.Equal(code, new CompiledKernels(new CubinCache(_directory, null), null, "sm_90a").Code(source));
    }

    [Fact]
    public void A_source_with_an_error_is_refused_with_the_compilers_words()
    {
        var e = Assert.Throws<BatchLLMException>(() => Compiler().Compile("wrong.cu", "#include \"a.h\"\nint b = nonsense;", [("a.h", "int a;")], "sm_90a"));
        Assert.Contains("does not compile wrong.cu for sm_90a", e.Message, StringComparison.Ordinal);
        Assert.Contains("wrong.cu(2)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_architecture_that_the_compiler_does_not_know_is_refused()
    {
        var e = Assert.Throws<BatchLLMException>(() => Compiler().Compile("right.cu", "int a;", [], "sm_999a"));
        Assert.Contains("does not know this GPU's architecture, sm_999a; install a newer CUDA toolkit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_source_that_does_not_exist_is_misuse() => Assert.Throws<ArgumentException>(() => KernelSources.Text("nothing"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
