using BatchLLM.Benchmarks.Simulation;
using Xunit;

namespace BatchLLM.Tests.Simulation;

public sealed class PrefixCacheTests
{
    [Fact]
    public void Freed_blocks_stay_findable_until_they_are_taken_the_end_of_a_prefix_first()
    {
        var cache = new PrefixCache(3);
        var row = Fill(cache, 1, 2, 3);
        cache.Release(row);
        Assert.Equal(3, cache.Find([1, 2, 3]).Count);

        cache.Allocate();
        Assert.Equal(2, cache.Find([1, 2, 3]).Count);
        cache.Allocate();
        Assert.Single(cache.Find([1, 2, 3]));
    }

    [Fact]
    public void A_block_that_was_used_again_is_taken_last()
    {
        var cache = new PrefixCache(2);
        var (first, second) = (Fill(cache, 1), Fill(cache, 2));
        cache.Release(first);
        cache.Release(second);
        var again = cache.Find([1]);
        cache.Hold(again[0]);
        cache.Release(again);

        cache.Allocate();
        Assert.Single(cache.Find([1]));
        Assert.Empty(cache.Find([2]));
    }

    [Fact]
    public void A_held_block_is_not_free_before_its_last_holder_lets_go()
    {
        var cache = new PrefixCache(2);
        var row = Fill(cache, 1);
        var other = cache.Find([1]);
        cache.Hold(other[0]);
        cache.Release(row);
        Assert.Equal(1, cache.FreeCount);

        cache.Release(other);
        Assert.Equal(2, cache.FreeCount);
    }

    [Fact]
    public void Of_equal_blocks_the_other_stays_findable()
    {
        var cache = new PrefixCache(2);
        var (first, second) = (Fill(cache, 1), Fill(cache, 1));
        cache.Release(first);
        cache.Allocate();

        Assert.Equal(second, cache.Find([1]));
    }

    private static List<int> Fill(PrefixCache cache, params ulong[] hashes)
    {
        var blocks = new List<int>();
        foreach (var hash in hashes)
        {
            blocks.Add(cache.Allocate());
            cache.Cache(blocks[^1], hash);
        }

        return blocks;
    }
}
