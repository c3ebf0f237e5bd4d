using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Reference;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class AttentionTests
{
    /// <summary>Each kernel, with groups of query heads that fill its columns and that do not.</summary>
    public static TheoryData<KvPrecision, int, int, int> Shapes => [.. AttentionVectors.Shapes];

    /// <summary>Groups of rows that share a prefix.</summary>
    public static TheoryData<KvPrecision, int, int, int, int, int> Prefixes => [.. AttentionVectors.Prefixes];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_decode_token_attends_to_its_whole_context(KvPrecision precision, int headSize, int kvHeads, int group) =>
        EveryOrder.HoldsInOne(AttentionVectors.Decode(precision, headSize, kvHeads, group));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_chunks_rows_attend_to_what_is_before_them(KvPrecision precision, int headSize, int kvHeads, int group) =>
        EveryOrder.HoldsInOne(AttentionVectors.Chunk(precision, headSize, kvHeads, group));

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Rows_behind_a_shared_prefix_attend_to_it(
        KvPrecision precision, int headSize, int group, int blockTokens, int members, int prefixTokens) =>
        EveryOrder.HoldsInOne(AttentionVectors.Prefix(precision, headSize, group, blockTokens, members, prefixTokens));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_has_the_same_bits_however_its_prompt_was_cut(KvPrecision precision, int headSize, int kvHeads, int group)
    {
        var shape = Shape(precision, headSize, kvHeads, group, 64);
        SceneSlice[] cuts = [new(7, 0, 70), new(7, 14, 51), new(7, 485, 40), new(7, 504, 21)];
        var runs = Array.ConvertAll(cuts, cut => EmulatedAttention.Run(new AttentionScene(shape, cut.Start, cut)));
        foreach (var position in new[] { 0, 14, 63, 64, 504, 511, 512, 524 })
        {
            var scene = new AttentionScene(shape, 3, new(1, 100), new(7, position), new(2, 3, 5));
            var expected = EmulatedAttention.Run(scene).Row(7, position);
            Assert.Equal(expected, EmulatedAttention.Run(scene, partialCapacity: 0).Row(7, position));
            for (var cut = 0; cut < cuts.Length; cut++)
            {
                var isInside = position >= cuts[cut].Start && position < cuts[cut].End;
                Assert.True(!isInside || expected.SequenceEqual(runs[cut].Row(7, position)), $"Position {position} of {cuts[cut]} differs.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void A_shared_prefix_that_is_read_once_gives_each_row_the_bits_it_has_alone(
        KvPrecision precision, int headSize, int group, int blockTokens, int members, int prefixTokens)
    {
        var shape = Shape(precision, headSize, 1, group, blockTokens);
        SceneSlice[] slices = [.. Enumerable.Range(0, members).Select(id => new SceneSlice(id, prefixTokens + 13 * id, 1, prefixTokens))];
        var scene = new AttentionScene(shape, 4, [.. slices, new(50, 20), new(51, 3, 9)]);
        var together = EmulatedAttention.Run(scene);
        Assert.NotEmpty(together.Plan.Prefixes);
        foreach (var slice in slices)
        {
            Assert.Equal(EmulatedAttention.Run(new AttentionScene(shape, 5, slice)).Row(slice.Id, slice.Start), together.Row(slice.Id, slice.Start));
        }
    }

    [Fact]
    public void Rows_for_whose_partial_results_there_is_no_room_have_the_same_bits()
    {
        var shape = Shape(KvPrecision.Fp8, 64, 1, 4, 64);
        SceneSlice[] slices = [.. Enumerable.Range(0, 6).Select(id => new SceneSlice(id, 150 + 100 * id, 1, 128))];
        var scene = new AttentionScene(shape, 6, slices);
        var (roomy, tight) = (EmulatedAttention.Run(scene), EmulatedAttention.Run(scene, partialCapacity: 5));
        Assert.Equal([0, 1, 2, 3, -1, -1], tight.Plan.FirstPartials.Select((first, row) => first < 0 ? -1 : row));
        Assert.All(slices, slice => Assert.Equal(roomy.Row(slice.Id, slice.Start), tight.Row(slice.Id, slice.Start)));
    }

    [Fact]
    public void Neither_the_order_of_slices_nor_that_of_warps_changes_a_bit()
    {
        var shape = Shape(KvPrecision.Fp8, 32, 2, 3, 16);
        SceneSlice[] slices = [new(0, 600), new(1, 31, 40), new(2, 90, 1, 64), new(3, 200, 1, 64), new(4, 0, 3)];
        var expected = EmulatedAttention.Run(new AttentionScene(shape, 7, slices));
        for (var seed = 1; seed < 4; seed++)
        {
            var shuffled = slices.ToArray();
            new Random(seed).Shuffle(shuffled);
            var run = EmulatedAttention.Run(new AttentionScene(shape, seed, shuffled), seed: (ulong)seed);
            Assert.All(slices, slice => Assert.Equal(expected.Row(slice.Id, slice.Start), run.Row(slice.Id, slice.Start)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_random_step_gives_each_row_the_bits_it_has_alone(int seed)
    {
        var random = new Random(seed);
        var shape = Shape(random.Next(2) == 0 ? KvPrecision.Fp8 : KvPrecision.Bf16, 32, 1, random.Next(1, 9), 16 << random.Next(4));
        var prefix = random.Next(1, 4) * 2 * shape.BlockTokens;
        SceneSlice[] slices =
        [
            .. Enumerable.Range(0, random.Next(3, 8)).Select(id => new SceneSlice(
                id, prefix + random.Next(200), random.Next(2) == 0 ? 1 : random.Next(1, 30), random.Next(3) == 0 ? 0 : prefix)),
        ];
        var scene = new AttentionScene(shape, seed, slices);
        var runs = new[] { AttentionRun.MuchRoom, random.Next(slices.Length) }
            .Select(room => EmulatedAttention.Run(scene, partialCapacity: room, seed: (ulong)seed)).ToArray();
        foreach (var slice in slices)
        {
            var position = random.Next(slice.Start, slice.End);
            var alone = new AttentionScene(shape, -seed, slice with { Start = position, Count = 1 });
            var expected = EmulatedAttention.Run(alone).Row(slice.Id, position);
            Assert.All(runs, run => Assert.Equal(expected, run.Row(slice.Id, position)));
        }
    }

    [Theory]
    [InlineData(KvPrecision.Fp8, 1)]
    [InlineData(KvPrecision.Bf16, 8)]
    public void Values_that_are_no_numbers_harm_no_row_of_the_blocks_before(KvPrecision precision, int group)
    {
        var scene = new AttentionScene(Shape(precision, 32, 1, group, 16), 8, new SceneSlice(0, 0, 80));
        var block = scene.Step.Slices[0].Sequence.BlockTable[2];
        var bytes = scene.Shape.BlockTokens * scene.Shape.RowBytes;
        scene.Values.AsSpan(block * bytes, bytes).Fill(0xFF);
        var run = EmulatedAttention.Run(scene);
        Assert.All(Enumerable.Range(0, 32), position => Assert.All(run.Values(0, position), value => Assert.True(float.IsFinite(value))));
        Assert.All(run.Values(0, 79), value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData(nameof(InputForm.E4M3Static))]
    [InlineData(nameof(InputForm.E4M3PerRow))]
    [InlineData(nameof(InputForm.Int8PerRow))]
    public void Results_are_rounded_as_the_projections_input(string name)
    {
        const float Scale = 0.003f;
        var form = Enum.Parse<InputForm>(name);
        var scene = new AttentionScene(
            Shape(KvPrecision.Fp8, 32, 2, 5, 64), 9, new(0, 30), new(1, 599), new(2, 10, 3), new(3, 0));
        var (exact, rounded) = (EmulatedAttention.Run(scene), EmulatedAttention.Run(scene, form, resultScale: Scale));
        foreach (var (id, position) in new[] { (0, 30), (1, 599), (2, 10), (2, 12), (3, 0) })
        {
            var (codes, scale) = Rounded(exact.Values(id, position), form, Scale);
            Assert.Equal(codes, rounded.Row(id, position));
            Assert.True(form == InputForm.E4M3Static || scale == rounded.RowScales[rounded.RowIndex(id, position)]);
        }
    }

    private static (byte[] Codes, float Scale) Rounded(float[] row, InputForm form, float scale)
    {
        switch (form)
        {
            case InputForm.E4M3Static:
                return (Array.ConvertAll(row, x => E4M3.Encode(x * (1 / scale))), scale);
            case InputForm.E4M3PerRow:
                var largest = MathF.Max(row.Max(MathF.Abs) / E4M3.MaxValue, 1 / (E4M3.MaxValue * 512));
                return (Array.ConvertAll(row, x => E4M3.Encode(x / largest)), largest);
            default:
                var (integers, factor) = ReferenceRounding.Int8(row);
                return (Array.ConvertAll(integers, i => (byte)i), factor);
        }
    }

    [Theory]
    [InlineData(96, 4)]
    [InlineData(64, 9)]
    public void Heads_without_a_kernel_are_refused_with_a_way_out(int headSize, int group)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Shape(KvPrecision.Fp8, headSize, 1, group, 64));
        Assert.EndsWith("Run it with --device cpu.", exception.Message, StringComparison.Ordinal);
    }

    private static AttentionShape Shape(KvPrecision precision, int headSize, int kvHeads, int group, int blockTokens) =>
        new(kvHeads * group, kvHeads, headSize, precision, blockTokens);
}
