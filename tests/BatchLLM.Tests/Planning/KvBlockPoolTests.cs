using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class KvBlockPoolTests
{
    [Fact]
    public void Every_block_is_given_out_once_until_none_is_free()
    {
        var pool = new KvBlockPool(5);

        var blocks = Enumerable.Range(0, 5).Select(_ => pool.Allocate()).Order();

        Assert.Equal([0, 1, 2, 3, 4], blocks);
        Assert.Equal(0, pool.FreeCount);
        Assert.Throws<InvalidOperationException>(() => pool.Allocate());
    }

    [Fact]
    public void A_freed_block_is_given_out_again()
    {
        var pool = new KvBlockPool(1);
        pool.Release(pool.Allocate());

        Assert.Equal(0, pool.Allocate());
    }

    [Fact]
    public void A_block_is_free_when_its_last_holder_lets_go()
    {
        var pool = new KvBlockPool(1);
        var block = pool.Allocate();
        pool.Share(block);
        pool.CheckIntegrity(2);

        pool.Release(block);
        Assert.Equal(0, pool.FreeCount);
        pool.Release(block);
        Assert.Equal(1, pool.FreeCount);
    }

    [Fact]
    public void A_block_that_nobody_holds_can_neither_be_released_nor_shared()
    {
        var pool = new KvBlockPool(3);
        var block = pool.Allocate();
        pool.Release(block);

        var thrown = Assert.Throws<InvalidOperationException>(() => pool.Release(block));
        Assert.Equal("KV block 0 is released, but nobody holds it.", thrown.Message);
        thrown = Assert.Throws<InvalidOperationException>(() => pool.Share(block));
        Assert.Equal("KV block 0 is shared, but nobody holds it.", thrown.Message);
    }

    [Fact]
    public void Integrity_names_the_numbers_when_a_block_is_lost()
    {
        var pool = new KvBlockPool(8);
        pool.Allocate();
        pool.Allocate();
        pool.CheckIntegrity(2);

        var thrown = Assert.Throws<InvalidOperationException>(() => pool.CheckIntegrity(1));
        Assert.Equal("KV blocks do not add up: 6 free and 2 held of 8; 2 holders, 1 in tables.", thrown.Message);
    }
}
