using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Tests.Engine.Assembly;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public unsafe class TileKernelTests
{
    public static TheoryData<int> Encodings() => [.. Enum.GetValues<WeightEncoding>().Cast<int>()];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Narrow_kernels_sum_as_plain_loops_do(int number)
    {
        var encoding = (WeightEncoding)number;
        foreach (var rows in Enumerable.Range(1, encoding == WeightEncoding.Float32 ? 6 : 5))
        {
            AssertSums(isWide: false, encoding, new TileShape(rows, 2, 1, 16));
        }

        AssertSums(isWide: false, encoding, new TileShape(1, 2, 4, 16));
        AssertSums(isWide: false, encoding, new TileShape(2, 2, 2, 16));
        AssertSums(isWide: false, encoding, new TileShape(3, 2, 1, 64));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Wide_kernels_sum_as_plain_loops_do(int number)
    {
        var encoding = (WeightEncoding)number;
        foreach (var rows in Enumerable.Range(1, encoding == WeightEncoding.Float32 ? 14 : 12))
        {
            AssertSums(isWide: true, encoding, new TileShape(rows, 2, 1, 64));
        }

        AssertSums(isWide: true, encoding, new TileShape(1, 4, 4, 64));
        AssertSums(isWide: true, encoding, new TileShape(4, 4, 1, 64));
        AssertSums(isWide: true, encoding, new TileShape(7, 1, 1, 16));
    }

    [Fact]
    public void Pairs_of_BF16_sum_as_the_instruction_is_documented()
    {
        foreach (var rows in Enumerable.Range(1, 14))
        {
            var shape = new TileShape(rows, 2, 1, 64);
            AssertSums(TileKernel.AssemblePairs(shape, readsMemory: rows < 3), InstructionSet.Avx512Bf16, null, shape, 16, readsMemory: rows < 3);
        }
    }

    [Fact]
    public void Matrix_tiles_sum_as_the_instruction_is_documented()
    {
        foreach (var rows in Enumerable.Range(1, MatrixTileKernel.MaxRows))
        {
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            var units = MatrixTileKernel.Units * random.Next(1, 5);
            var shape = new TileShape(rows, 2, 1, 64);
            using var tile = new TileCase(random, null, shape, 16, units, random.Next(2) == 0, MatrixTileKernel.Units);
            AssertSums(MatrixTileKernel.Assemble(rows, 64), InstructionSet.Amx, tile, $"seed {seed}, {rows} rows, {units} units");
        }
    }

    [Fact]
    public void Pairs_of_E4M3_become_the_same_numbers_in_BF16()
    {
        using var codes = new AlignedBuffer<byte>(8 * 16 * 2);
        using var pairs = new AlignedBuffer<ushort>(8 * 16 * 2);
        for (var i = 0; i < codes.Length; i++)
        {
            codes.Pointer[i] = E4M3.IsNaN((byte)i) ? (byte)0 : (byte)i;
        }

        var arguments = new TileArguments { B = codes.Pointer, C = (float*)pairs.Pointer, Units = 8 };
        var memory = new EmulatedMemory()
            .Readable(&arguments, sizeof(TileArguments)).Readable(codes.Pointer, codes.Length).Writable(pairs.Pointer, 2 * pairs.Length);
        new KernelEmulator(memory).Call(PairExpandKernel.Assemble(16), &arguments, OperatingSystem.IsWindows());
        for (var i = 0; i < codes.Length; i++)
        {
            var expected = BitConverter.SingleToUInt32Bits(E4M3.Decode(codes.Pointer[i]));
            Assert.True(expected == (uint)pairs.Pointer[i] << 16, $"code {codes.Pointer[i]:X2} became {pairs.Pointer[i]:X4}, expected {expected:X8}");
        }
    }

    [Fact]
    public void A_tile_that_needs_more_registers_than_there_are_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => TileKernel.Assemble(isWide: false, WeightEncoding.Float32, new TileShape(8, 2, 1, 16), readsMemory: false));

    private static void AssertSums(bool isWide, WeightEncoding encoding, TileShape shape) => AssertSums(
        TileKernel.Assemble(isWide, encoding, shape, readsMemory: shape.Rows % 2 == 0),
        isWide ? InstructionSet.Avx512 : InstructionSet.Avx2,
        encoding,
        shape,
        isWide ? 16 : 8,
        readsMemory: shape.Rows % 2 == 0);

    private static void AssertSums(
        byte[] code, InstructionSet needs, WeightEncoding? encoding, TileShape shape, int lanes, bool readsMemory)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var units in new[] { 2, 4, 6 + 8 * random.Next(4) })
        {
            var adds = random.Next(2) == 0;
            var tiles = readsMemory || shape.Panels > 1 ? 1 : random.Next(1, 4);
            using var tile = new TileCase(random, encoding, shape, lanes, units, adds, tiles: tiles);
            AssertSums(code, needs, tile, $"seed {seed}, {encoding}, {tiles} tiles of {shape}, {units} units, adds {adds}");
        }
    }

    private static void AssertSums(byte[] code, InstructionSet needs, TileCase tile, string because)
    {
        var emulated = tile.Run((arguments, memory) => new KernelEmulator(memory).Call(code, (void*)arguments, OperatingSystem.IsWindows()));
        AssertSame(tile.Expected, emulated, "emulated, " + because);
        if (InstructionSets.Found.Includes(needs))
        {
            using var page = CodePage.Map([code])!;
            var native = tile.Run((arguments, _) => ((delegate* unmanaged<void*, void>)page[0])((void*)arguments));
            AssertSame(tile.Expected, native, "native, " + because);
        }
    }

    private static void AssertSame(float[] expected, float[] actual, string because)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            var (left, right) = (BitConverter.SingleToInt32Bits(expected[i]), BitConverter.SingleToInt32Bits(actual[i]));
            Assert.True(left == right, $"{because}: sum {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
