using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Of random steps: what must hold of every plan.</summary>
public sealed class AttentionPlanTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_pass_reads_what_stands_in_the_same_blocks_for_all_of_its_slices(int seed)
    {
        var random = new Random(seed);
        var blockTokens = 16 << random.Next(4);
        var step = RandomStep(random, blockTokens);
        var seen = new HashSet<int>();
        foreach (var pass in new PrefixPasses(blockTokens).Find(step))
        {
            Assert.True(pass.Slices.Count >= 2);
            Assert.True(pass.Tokens > 0 && pass.Tokens % AttentionShape.TileTokens == 0);
            Assert.All(pass.Slices, slice => Assert.True(seen.Add(slice), "A slice is in one pass at most."));
            var blocks = (pass.Tokens + blockTokens - 1) / blockTokens;
            var table = step.Slices[pass.Slices[0]].Sequence.BlockTable[..blocks];
            Assert.All(pass.Slices, slice =>
            {
                Assert.Equal(table, step.Slices[slice].Sequence.BlockTable[..blocks]);
                Assert.Equal(1, step.Slices[slice].Count);
                Assert.True(pass.Tokens <= step.Slices[slice].Start, "Its own position is not of the prefix.");
            });
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_pass_leaves_out_a_tile_that_two_slices_share(int seed)
    {
        var random = new Random(seed);
        var step = RandomStep(random, 64);
        var passes = new PrefixPasses(64).Find(step);
        var alone = Enumerable.Range(0, step.Slices.Count)
            .Where(slice => step.Slices[slice].Count == 1 && step.Slices[slice].Start >= 64)
            .Except(passes.SelectMany(pass => pass.Slices)).ToList();
        Assert.Equal(alone.Count, alone.Select(slice => step.Slices[slice].Sequence.BlockTable[0]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_row_sees_each_position_of_its_context_once(int seed)
    {
        var random = new Random(seed);
        var shape = new AttentionShape(random.Next(1, 9), 1, 64, KvPrecision.Fp8, 16 << random.Next(4));
        var step = RandomStep(random, shape.BlockTokens);
        var plan = new AttentionPlan(shape, random.Next(2) == 0 ? 10_000 : random.Next(20));
        plan.Fill(step);
        plan.Fill(step); // a plan is used again
        var seen = SeenPositions(plan, step, shape);
        var row = 0;
        foreach (var slice in step.Slices)
        {
            for (var position = slice.Start; position < slice.Start + slice.Count; position++, row++)
            {
                Assert.Equal(Enumerable.Range(0, position + 1), seen[row].Order());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Partial_results_do_not_overlap_and_fit_their_room(int seed)
    {
        var random = new Random(seed);
        var shape = new AttentionShape(4, 1, 64, KvPrecision.Fp8, 64);
        var step = RandomStep(random, 64);
        var capacity = random.Next(40);
        var plan = new AttentionPlan(shape, capacity);
        plan.Fill(step);
        Assert.InRange(plan.PartialCount, 0, capacity);
        var used = new HashSet<int>();
        var row = 0;
        foreach (var slice in step.Slices)
        {
            var count = plan.FirstPartials[row] == AttentionPlan.NoPartials ? 0 : AttentionPlan.SplitCount(slice.Start);
            Assert.All(Enumerable.Range(plan.FirstPartials[row], count), partial => Assert.True(partial < plan.PartialCount && used.Add(partial)));
            row += slice.Count;
        }

        Assert.Equal(plan.PartialCount, used.Count);
    }

    // What the kernels read for each row, by the rules that their sources state.
    private static List<int>[] SeenPositions(AttentionPlan plan, Step step, AttentionShape shape)
    {
        var firsts = step.Slices.Select((_, index) => step.Slices.Take(index).Sum(slice => slice.Count)).ToArray();
        var seen = plan.FirstPartials.Select(_ => new List<int>()).ToArray();
        foreach (var work in plan.Prefixes)
        {
            Assert.InRange(work.Members, 1, shape.BlockRows);
            foreach (var row in plan.Members.GetRange(work.FirstMember, work.Members))
            {
                seen[row].AddRange(Enumerable.Range(work.First, work.End - work.First));
            }
        }

        foreach (var work in plan.Decode)
        {
            var position = step.Slices[Array.LastIndexOf(firsts, work.Row)].Start;
            var first = Math.Max(work.Split * AttentionShape.SplitTokens, plan.PrefixTokens[work.Row]);
            var end = Math.Min(position + 1, (work.Split + 1) * AttentionShape.SplitTokens);
            seen[work.Row].AddRange(Enumerable.Range(first, end - first));
        }

        foreach (var work in plan.Chunks)
        {
            var slice = step.Slices[work.Slice];
            for (var p = Math.Max(work.First, slice.Start); p < Math.Min(work.First + shape.BlockRows, slice.Start + slice.Count); p++)
            {
                seen[firsts[work.Slice] + p - slice.Start].AddRange(Enumerable.Range(0, p + 1));
            }
        }

        return seen;
    }

    private static Step RandomStep(Random random, int blockTokens)
    {
        var step = new Step();
        var prefixes = Enumerable.Range(0, 3).Select(prefix => Enumerable.Range(1000 * prefix, random.Next(1, 20)).ToArray()).ToArray();
        var slices = random.Next(1, 20);
        for (var index = 0; index < slices; index++)
        {
            var prefix = random.Next(2) == 0 ? [] : prefixes[random.Next(prefixes.Length)];
            var start = prefix.Length * blockTokens + random.Next(300);
            var count = random.Next(3) == 0 ? random.Next(1, 90) : 1;
            var blocks = (start + count + blockTokens - 1) / blockTokens;
            var sequence = new Sequence(new InferenceRequest(index, 0, new int[start + count], new SamplingParameters()), 1);
            sequence.BlockTable.AddRange([.. prefix, .. Enumerable.Range(10_000 * (index + 1), blocks - prefix.Length)]);
            step.Slices.Add(new StepSlice(sequence, start, count));
        }

        return step;
    }
}
