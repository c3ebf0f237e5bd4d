using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class PrefixSharingTests
{
    private const int BlockTokens = 4;

    [Fact]
    public void Sharing_is_what_a_trie_of_the_window_holds_already()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var prompts = RandomPrompts(random);
            var expected = ByTrie(prompts);

            var actual = PrefixSharing.Count(prompts, BlockTokens);

            Assert.True(expected == actual, $"seed {seed}, round {round}: expected {expected}, found {actual}");
        }
    }

    [Fact]
    public void The_last_position_of_a_prompt_is_never_saved() => Assert.Equal(
        new PrefixSharing(Tokens: 7, BlockTokens: 4, Common: 8),
        PrefixSharing.Count([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]], BlockTokens));

    [Fact]
    public void An_empty_window_shares_nothing() => Assert.Equal(default, PrefixSharing.Count([], BlockTokens));

    // Few different tokens and cut copies of each other, so that prompts share at every length.
    private static int[][] RandomPrompts(Random random)
    {
        var prompts = new List<int[]>();
        var count = random.Next(1, 30);
        while (prompts.Count < count)
        {
            var stem = prompts.Count > 0 && random.Next(3) > 0 ? prompts[random.Next(prompts.Count)] : [];
            var kept = stem[..random.Next(stem.Length + 1)];
            prompts.Add([.. kept, .. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(3))]);
        }

        return [.. prompts];
    }

    private static PrefixSharing ByTrie(int[][] prompts)
    {
        var root = new Node();
        var (tokens, blocks) = (0L, 0L);
        foreach (var prompt in prompts.Order(Comparer<int[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right))))
        {
            var shared = Math.Min(root.Insert(prompt), prompt.Length - 1);
            (tokens, blocks) = (tokens + shared, blocks + (shared / BlockTokens * BlockTokens));
        }

        var common = 0;
        while (prompts.All(prompt => prompt.Length > common && prompt[common] == prompts[0][common]))
        {
            common++;
        }

        return new PrefixSharing(tokens, blocks, common);
    }

    private sealed class Node
    {
        private readonly Dictionary<int, Node> _next = [];

        /// <summary>Adds a prompt; returns how many of its tokens were there.</summary>
        public int Insert(ReadOnlySpan<int> prompt)
        {
            var (node, known) = (this, 0);
            foreach (var token in prompt)
            {
                known += node._next.ContainsKey(token) ? 1 : 0;
                node._next.TryAdd(token, new Node());
                node = node._next[token];
            }

            return known;
        }
    }
}
