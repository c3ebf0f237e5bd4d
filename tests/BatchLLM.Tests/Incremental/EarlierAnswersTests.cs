using BatchLLM.Blobs.Files;
using BatchLLM.Incremental;
using BatchLLM.Inference;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Incremental;

public sealed class EarlierAnswersTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_added_is_found_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var expected = new Dictionary<UInt128, EarlierAnswer>();
        using var answers = new EarlierAnswers(() => new ScratchFile(_folder.Path), rows: 500);
        for (var row = 0; row < 500; row++)
        {
            // Few low bits, so that many rows want the same slot.
            var hash = new UInt128((ulong)random.NextInt64(1, 200), (ulong)random.Next(4));
            var answer = new EarlierAnswer(
                new string('é', random.Next(40)) + row, (FinishReason)random.Next(2), random.Next(), [.. Enumerable.Range(0, random.Next(5))]);
            answers.Add(hash, answer);
            expected.TryAdd(hash, answer);
        }

        foreach (var (hash, answer) in expected)
        {
            var found = answers.Find(hash)!;
            Assert.Equal((answer.Text, answer.FinishReason, answer.CompletionTokens), (found.Text, found.FinishReason, found.CompletionTokens));
            Assert.Equal(answer.TokenIds, found.TokenIds);
        }

        Assert.Null(answers.Find(new UInt128(0, 1)));
        Assert.Null(answers.Find(new UInt128(1000, 3)));
    }

    [Fact]
    public void An_empty_one_has_nothing()
    {
        using var answers = new EarlierAnswers(() => new ScratchFile(_folder.Path), rows: 0);

        Assert.Null(answers.Find(5));
    }
}
