using BatchLLM.Cuda.Compilation;
using Xunit;

namespace BatchLLM.CudaTests.Compilation;

public sealed class CubinCacheTests : IDisposable
{
    private static readonly byte[] Code = [1, 2, 3, 4, 5];

    private readonly string _directory = Directory.CreateTempSubdirectory("batchllm-cubins").FullName;

    private static CubinKey Key(string source = "text", string architecture = "sm_90a") =>
        CubinKey.Of("norm", source, [("gpu.h", "header")], architecture);

    private string Own => Path.Combine(_directory, "own");

    private string Shipped => Path.Combine(_directory, "shipped");

    [Fact]
    public void What_was_kept_is_found_by_the_same_compiler_only()
    {
        var cache = new CubinCache(Own, null);
        Assert.Null(cache.Find(Key(), "13.0"));
        cache.Keep(Key(), "13.0", Code);
        Assert.Equal(Code, cache.Find(Key(), "13.0"));
        Assert.Null(cache.Find(Key(), "12.9"));
    }

    [Fact]
    public void Without_a_compiler_any_compilers_code_will_do()
    {
        new CubinCache(Own, null).Keep(Key(), "13.0", Code);
        Assert.Equal(Code, new CubinCache(Own, null).Find(Key(), null));
    }

    [Fact]
    public void What_a_release_ships_is_found_whatever_compiler_is_there()
    {
        new CubinCache(Shipped, null).Keep(Key(), "13.0", Code);
        Assert.Equal(Code, new CubinCache(Own, Shipped).Find(Key(), "12.4"));
        Assert.Equal(Code, new CubinCache(Own, Shipped).Find(Key(), null));
    }

    [Fact]
    public void Another_source_architecture_or_header_is_another_key()
    {
        CubinKey[] keys =
        [
            Key(), Key("texts"), Key(architecture: "sm_100a"),
            CubinKey.Of("norm", "text", [("gpu.h", "headers")], "sm_90a"), CubinKey.Of("norm", "textgpu.h", [("", "header")], "sm_90a"),
        ];
        Assert.Equal(keys.Length, keys.Select(key => key.Hash).Distinct().Count());
        Assert.Equal(Key(), Key());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(36)]
    public void A_file_that_was_cut_short_is_as_good_as_none(int length)
    {
        var cache = new CubinCache(Own, null);
        cache.Keep(Key(), "13.0", Code);
        var file = Assert.Single(Directory.GetFiles(Own));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);
        Assert.Null(cache.Find(Key(), "13.0"));
    }

    [Fact]
    public void A_damaged_file_is_as_good_as_none_and_is_replaced()
    {
        var cache = new CubinCache(Own, null);
        cache.Keep(Key(), "13.0", Code);
        var file = Assert.Single(Directory.GetFiles(Own));
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Null(cache.Find(Key(), "13.0"));
        cache.Keep(Key(), "13.0", Code);
        Assert.Equal(Code, cache.Find(Key(), "13.0"));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_no_fault()
    {
        File.WriteAllText(Own, "a file where the directory would be");
        var cache = new CubinCache(Own, null);
        cache.Keep(Key(), "13.0", Code);
        Assert.Null(cache.Find(Key(), "13.0"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
