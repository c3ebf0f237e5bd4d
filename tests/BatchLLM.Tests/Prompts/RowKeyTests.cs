using BatchLLM.Prompts;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class RowKeyTests
{
    [Fact]
    public void No_two_rows_of_a_job_share_a_key()
    {
        long[] rows = [1, 2, 1023, 1024, 1025, int.MaxValue, 1L << 32, (1L << 40) - 1];
        var keys = Enumerable.Range(0, 300).SelectMany(file => rows.Select(row => RowKey.Compute(file, row))).ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void A_key_never_changes_between_versions() => Assert.Equal(0x0000_0200_0000_0029UL, RowKey.Compute(2, 41));
}
