using BatchLLM.Cuda.Blas;
using BatchLLM.Cuda.Devices;
using Xunit;

namespace BatchLLM.CudaTests.Blas;

public sealed class AlgorithmTests : IDisposable
{
    private static readonly ProductShape Shape = new(16, 6_144, 4_096, ElementType.E4M3, ElementType.BFloat16);

    private readonly string _directory = Directory.CreateTempSubdirectory("batchllm-products").FullName;

    private static TimedCandidate Tried(byte number, float milliseconds, string bits)
    {
        Algorithm algorithm = default;
        algorithm[0] = number;
        algorithm[Algorithm.Length - 1] = 0xFE;
        return new TimedCandidate(algorithm, milliseconds, bits);
    }

    [Fact]
    public void The_first_shape_of_a_layer_takes_the_fastest() =>
        Assert.Equal(2, AlgorithmChoice.Choose([Tried(1, 3, "a"), Tried(2, 1, "b"), Tried(3, 2, "a")], null)!.Value.Algorithm[0]);

    [Fact]
    public void Later_shapes_take_the_fastest_that_gives_the_same_bits() =>
        Assert.Equal(3, AlgorithmChoice.Choose([Tried(1, 3, "a"), Tried(2, 1, "b"), Tried(3, 2, "a")], "a")!.Value.Algorithm[0]);

    [Fact]
    public void Where_none_gives_the_same_bits_the_choice_tells_by_its_own() =>
        Assert.Equal("b", AlgorithmChoice.Choose([Tried(1, 3, "a"), Tried(2, 1, "b")], "c")!.Value.Bits);

    [Fact]
    public void Nothing_that_works_is_no_choice() => Assert.Null(AlgorithmChoice.Choose([], "a"));

    [Fact]
    public void Choices_are_kept_by_GPU_and_library()
    {
        var path = AlgorithmFile.PathOf(_directory, "NVIDIA H200 (141 GB)", 130_001);
        Assert.Equal("products-NVIDIA-H200--141-GB--130001.txt", Path.GetFileName(path));
        var other = Shape with { Rows = 32 };
        new AlgorithmFile(path).Write(new Dictionary<ProductShape, TimedCandidate> { [Shape] = Tried(1, 1, "ab"), [other] = Tried(2, 1, "cd") });
        var kept = new AlgorithmFile(path).Read();
        Assert.Equal([Shape, other], kept.Keys);
        Assert.Equal(("ab", (byte)1, (byte)0xFE), (kept[Shape].Bits, kept[Shape].Algorithm[0], kept[Shape].Algorithm[Algorithm.Length - 1]));
        Assert.Equal("cd", kept[other].Bits);
    }

    [Fact]
    public void Lines_that_make_no_sense_are_left_out()
    {
        var path = AlgorithmFile.PathOf(_directory, "GPU", 1);
        var file = new AlgorithmFile(path);
        Assert.Empty(file.Read());
        file.Write(new Dictionary<ProductShape, TimedCandidate> { [Shape] = Tried(1, 1, "ab") });
        var line = File.ReadAllText(path).Trim();
        File.WriteAllLines(path, ["", "nonsense", line[..^2], line.Replace("E4M3", "E4M9", StringComparison.Ordinal), "-" + line, line, line + " 1"]);
        Assert.Equal([Shape], file.Read().Keys);
    }

    [Theory]
    [InlineData(ElementType.E4M3)]
    [InlineData(ElementType.BFloat16)]
    public void Trials_are_made_on_small_finite_numbers(ElementType type)
    {
        var bytes = TrialNumbers.Of(type);
        for (var i = 0; i < bytes.Length; i += type.Bytes())
        {
            var value = type == ElementType.E4M3
                ? Checkpoints.Formats.E4M3.Decode(bytes[i])
                : BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, i) << 16);
            Assert.InRange(MathF.Abs(value), 0, 2);
        }
    }

    [Fact]
    public void Trials_of_FP4_have_scales_from_1_to_2() =>
        Assert.All(TrialNumbers.BlockScales(), code => Assert.InRange(Checkpoints.Formats.E4M3.Decode(code), 1, 1.875f));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
