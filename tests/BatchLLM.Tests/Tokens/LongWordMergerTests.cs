using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

/// <summary>Merging piece by piece gives what merging at once gives, for vocabularies of any shape.</summary>
public sealed class LongWordMergerTests
{
    private static readonly int Seed = Random.Shared.Next();

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Random_words_of_random_vocabularies_have_the_tokens_of_plain_merging(int pieceLength)
    {
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            var symbols = random.Next(1, 5);
            var merges = RandomMerges(random, symbols, random.Next(1, 40));
            var merger = new LongWordMerger(TableOf(merges), pieceLength);
            for (var text = 0; text < 5; text++)
            {
                var word = Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.Next(symbols)).ToArray();
                var tokens = (int[])word.Clone();

                var found = tokens[..merger.Merge(tokens)];

                Assert.True(Plain(word, merges).SequenceEqual(found), $"seed {Seed}, round {round}, text {text}");
            }
        }
    }

    [Fact]
    public void A_run_of_one_symbol_whose_tokens_do_not_divide_the_piece_is_merged_from_the_left()
    {
        List<(int Left, int Right, int Merged)> merges = [(0, 0, 1), (1, 0, 2)]; // aa, aaa
        var merger = new LongWordMerger(TableOf(merges), pieceLength: 16);
        var word = new int[1000];
        var tokens = (int[])word.Clone();

        var count = merger.Merge(tokens);

        Assert.Equal(Plain(word, merges), tokens[..count]);
    }

    /// <summary>Each merge joins any two tokens there are; their order in the list is then shuffled.</summary>
    private static List<(int Left, int Right, int Merged)> RandomMerges(Random random, int symbols, int count)
    {
        var merges = Enumerable.Range(0, count)
            .Select(i => (random.Next(symbols + i), random.Next(symbols + i), symbols + i)).ToArray();
        if (random.Next(2) == 0)
        {
            random.Shuffle(merges);
        }

        return [.. merges.DistinctBy(merge => (merge.Item1, merge.Item2))];
    }

    private static MergeTable TableOf(List<(int Left, int Right, int Merged)> merges)
    {
        var table = new MergeTable(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            table.Add(merges[rank].Left, merges[rank].Right, rank, merges[rank].Merged);
        }

        return table;
    }

    private static List<int> Plain(int[] word, List<(int Left, int Right, int Merged)> merges)
    {
        var ranks = merges.Select((merge, rank) => (merge, rank)).ToDictionary(item => (item.merge.Left, item.merge.Right), item => item.rank);
        var tokens = word.ToList();
        while (tokens.Count > 1)
        {
            var at = Enumerable.Range(0, tokens.Count - 1).MinBy(RankAt);
            if (RankAt(at) == int.MaxValue)
            {
                break;
            }

            tokens[at] = merges[RankAt(at)].Merged;
            tokens.RemoveAt(at + 1);
        }

        return tokens;

        int RankAt(int at) => ranks.GetValueOrDefault((tokens[at], tokens[at + 1]), int.MaxValue);
    }
}
