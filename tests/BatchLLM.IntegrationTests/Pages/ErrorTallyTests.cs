using System.Text;
using System.Text.Json;
using BatchLLM.Host.Service.Pages;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

public sealed class ErrorTallyTests
{
    [Fact]
    public void Rows_are_counted_by_error_with_the_first_as_examples_and_nothing_of_what_they_hold()
    {
        var tally = new ErrorTally();

        tally.Add(Lines(Enumerable.Range(1, 20).Select(row => Line("too_long", row)).Append(Line("empty", 7))));
        tally.Add(Lines([Line("empty", 9)]));
        var sample = tally.ToSample();

        Assert.Equal(22, sample.Seen);
        Assert.Equal([("too_long", 20), ("empty", 2)], sample.Classes.Select(item => (item.Code, item.Count)));
        Assert.Equal(Enumerable.Range(1, 8).Select(row => (long)row), sample.Classes[0].Rows.Select(row => row.Row));
        Assert.Equal(("in.jsonl", 9L), (sample.Classes[1].Rows[1].File, sample.Classes[1].Rows[1].Row));
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(sample), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_cut_off_is_left_out()
    {
        var tally = new ErrorTally();

        tally.Add(Lines([Line("empty", 1), Line("empty", 2)]).AsSpan()[..^9]);

        Assert.Equal(1, tally.Seen);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"code\":7,\"file\":\"a\",\"row\":1}")]
    [InlineData("{\"code\":\"a\",\"file\":\"a\",\"row\":1.5}")]
    [InlineData("[]")]
    public void Another_file_is_not_taken_for_one(string line) =>
        Assert.ThrowsAny<JsonException>(() => new ErrorTally().Add(Lines([line])));

    private static string Line(string code, int row) =>
        $$"""{"id":"secret","file":"file:///data/in.jsonl","row":{{row}},"line":{{row}},"code":"{{code}}","message":"secret"}""";

    private static byte[] Lines(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n")));
}
