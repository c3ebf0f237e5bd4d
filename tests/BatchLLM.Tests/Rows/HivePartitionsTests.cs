using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Rows;

public sealed class HivePartitionsTests
{
    [Theory]
    [InlineData("file:///data/mail.jsonl", "")]
    [InlineData("file:///data/dt=2026-11-20/mail.jsonl", "dt:2026-11-20")]
    [InlineData("az://account/mail/dt=2026-11-20/hour=07/a.parquet", "dt:2026-11-20 hour:07")]
    [InlineData("file:///data/dt=2026-11-20/a=b.jsonl", "dt:2026-11-20")] // a file's name is no directory
    [InlineData("file:///data/=x/none=/a.jsonl", "none:")] // a column needs a name, not a value
    [InlineData("file:///data/f=a=b/a.jsonl", "f:a=b")]
    [InlineData("file:///data/x=1/x=2/a.jsonl", "x:2")]
    [InlineData("file:///data/city=New%20York/a.jsonl", "city:New York")] // escaped by the URI
    [InlineData("file:///data/city=New%2520York/a.jsonl", "city:New York")] // and by Hive
    [InlineData("file:///data/path=a%252Fb/a.jsonl", "path:a/b")]
    [InlineData("file:///data/share=5%25/a.jsonl", "share:5%")] // no escape: a lone percent sign
    [InlineData("file:///data/ort=K%C3%B6ln/a.jsonl", "ort:Köln")]
    public void Directories_with_an_equals_sign_are_columns_of_text(string uri, string expected)
    {
        var found = HivePartitions.Of(uri).Select(column => $"{column.Key}:{column.Value.Text}");

        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public void The_default_partition_is_null() =>
        Assert.True(HivePartitions.Of("file:///data/dt=__HIVE_DEFAULT_PARTITION__/a.jsonl")["dt"].IsNull);
}
