using BatchLLM.Blobs;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Blobs;

public sealed class DataFormatsTests
{
    [Theory]
    [InlineData("file:///a.jsonl", DataFormat.Jsonl)]
    [InlineData("file:///a.NDJSON", DataFormat.Jsonl)]
    [InlineData("file:///a.json", DataFormat.Jsonl)]
    [InlineData("file:///a.jsonl.gz", DataFormat.Jsonl)]
    [InlineData("file:///a.json.GZ", DataFormat.Jsonl)]
    [InlineData("file:///a.ndjson.zst", DataFormat.Jsonl)]
    [InlineData("file:///a.csv", DataFormat.Csv)]
    [InlineData("file:///a.CSV.gz", DataFormat.Csv)]
    [InlineData("file:///a.b.parquet", DataFormat.Parquet)]
    public void The_ending_says_the_format(string uri, DataFormat format) =>
        Assert.Equal(format, DataFormats.Resolve(DataFormat.Auto, uri));

    [Fact]
    public void A_declared_format_wins() =>
        Assert.Equal(DataFormat.Parquet, DataFormats.Resolve(DataFormat.Parquet, "file:///a.jsonl"));

    [Theory]
    [InlineData("file:///a.jsonl.xz", "decompress it first")]
    [InlineData("file:///a.parquet.zst", "decompress it first")]
    [InlineData("file:///a.zst", "expected .jsonl, .ndjson, .json, .csv or .parquet before the last ending")]
    [InlineData("file:///a.tsv", "expected .jsonl, .ndjson, .json, .csv or .parquet:")]
    [InlineData("file:///d.jsonl/a", "expected .jsonl, .ndjson, .json, .csv or .parquet:")]
    public void Other_endings_are_refused_with_the_remedy(string uri, string remedy)
    {
        var e = Assert.Throws<BatchLLMException>(() => DataFormats.Resolve(DataFormat.Auto, uri));
        Assert.Contains(uri, e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_carried_column_must_not_take_one_of_our_names() =>
        Assert.Throws<ArgumentException>(() => new OutputColumns(["id", "completion"], tokenIds: false));

    [Fact]
    public void A_column_is_carried_once() =>
        Assert.Throws<ArgumentException>(() => new OutputColumns(["id", "id"], tokenIds: false));
}
