using BatchLLM.Jobs;
using BatchLLM.Prompts;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class PromptFitterTests
{
    private static readonly OverlongPolicy[] Policies =
        [OverlongPolicy.TruncateHead, OverlongPolicy.TruncateTail, OverlongPolicy.TruncateMiddle];

    [Theory]
    [InlineData(OverlongPolicy.TruncateHead, "<FGHIJ>")]
    [InlineData(OverlongPolicy.TruncateTail, "<ABCDE>")]
    [InlineData(OverlongPolicy.TruncateMiddle, "<ABCIJ>")]
    public void The_policy_says_what_is_taken_away(OverlongPolicy policy, string expected)
    {
        var attempt = new Attempt(text => text.Length);

        Assert.NotNull(attempt.Fit(Draft("<", "ABCDEFGHIJ", ">"), room: 7, policy));
        Assert.Equal(expected, attempt.Best);
    }

    [Fact]
    public void Only_the_longest_piece_of_data_is_cut()
    {
        var attempt = new Attempt(text => text.Length);
        var draft = new PromptDraft(
            [
                new DraftMessage("system", [new PromptPart("a long instruction of the job", false)]),
                new DraftMessage("user", [new("subject", true), new(": ", false), new("a longer body", true)]),
            ],
            IsChat: true);

        Assert.NotNull(attempt.Fit(draft, room: 40, OverlongPolicy.TruncateTail));
        Assert.Equal("a long instruction of the jobsubject: a ", attempt.Best);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    public void A_prompt_whose_frame_fills_the_room_cannot_be_cut(int room) =>
        Assert.Null(new Attempt(text => text.Length).Fit(Draft("<", "ABC", ">"), room, OverlongPolicy.TruncateTail));

    [Fact]
    public void A_prompt_without_data_cannot_be_cut() =>
        Assert.Null(new Attempt(text => text.Length).Fit(Draft("<<<<", "", ">"), 3, OverlongPolicy.TruncateTail));

    [Fact]
    public void A_cut_that_would_leave_nothing_of_the_data_is_none() =>
        Assert.Null(new Attempt(text => text.Length).Fit(Draft("<", "😀😀", ">"), 3, OverlongPolicy.TruncateTail));

    [Fact]
    public void A_template_that_refuses_every_cut_leaves_the_row_too_long() =>
        Assert.Null(PromptFitter.Fit(Draft("<", "ABC", ">"), 5, 4, OverlongPolicy.TruncateTail, _ => null));

    [Fact]
    public void The_result_fits_is_maximal_and_splits_no_character()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 400; run++)
        {
            var (draft, perToken) = (Draft("head ", RandomText(random), " tail"), random.Next(1, 6));
            var attempt = new Attempt(text => Tokens(text, perToken));
            var full = Tokens(Attempt.Text(draft), perToken);
            var room = random.Next(1, full);
            var policy = Policies[random.Next(Policies.Length)];

            var tokens = attempt.Fit(draft, room, policy);

            var label = $"seed {seed}, run {run}, {policy}, room {room}, {perToken} a token";
            var largest = Largest(draft, room, policy, perToken);
            Assert.True(largest is null == tokens is null, label);
            if (tokens is not null)
            {
                Assert.True(tokens.Length <= room, label);
                Assert.True(tokens.Length == room || attempt.Best == largest, label);
                Assert.True(IsWhole(attempt.Best!), label);
            }
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public void A_long_text_takes_few_encodings(int length)
    {
        // Every third stretch of the text is three times as dense, as tables and code in prose are.
        var text = string.Concat(Enumerable.Range(0, length).Select(i => i / 300 % 3 == 0 ? '.' : 'x'));
        foreach (var policy in Policies)
        {
            var attempt = new Attempt(value => (value.Count('.') + (value.Count('x') / 3)) / 2);

            Assert.NotNull(attempt.Fit(Draft("head ", text, " tail"), room: 100, policy));
            Assert.InRange(attempt.Encodings, 2, 12);
        }
    }

    [Fact]
    public void The_worst_text_costs_no_more_than_guesses_and_a_bisection()
    {
        // All tokens stand in the last thousandth of the text.
        var text = new string('x', 1_000_000) + new string('.', 1_000);
        var attempt = new Attempt(value => 1 + value.Count('.'));

        Assert.Equal(10, attempt.Fit(Draft("", text, ""), room: 10, OverlongPolicy.TruncateTail)!.Length);
        Assert.InRange(attempt.Encodings, 2, 12 + 20 + 1);
    }

    private static PromptDraft Draft(string before, string data, string after) => new(
        [new DraftMessage("", [new PromptPart(before, false), new PromptPart(data, true), new PromptPart(after, false)])],
        IsChat: false);

    private static int Tokens(string text, int perToken) => (text.Length + perToken - 1) / perToken;

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(3) == 0 ? "😀" : "x"));

    /// <summary>By trying every length: the longest prompt that fits, with something of the data left.</summary>
    private static string? Largest(PromptDraft draft, int room, OverlongPolicy policy, int perToken)
    {
        var text = draft.Parts.Single(part => part.IsData).Text;
        return Enumerable.Range(1, text.Length - 1).Reverse()
            .Select(keep => PromptCut.Keep(text, keep, policy))
            .Where(kept => kept.Length > 0)
            .Select(kept => Attempt.Text(draft.WithPart(1, kept)))
            .FirstOrDefault(prompt =>
                Tokens(prompt, perToken) <= room && Tokens(Attempt.Text(draft.WithPart(1, "")), perToken) < room);
    }

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Fits with a token count of its own, and remembers what was encoded.</summary>
    private sealed class Attempt(Func<string, int> count)
    {
        private readonly List<(string Text, int[] Tokens)> _encoded = [];
        private int[]? _best;

        public int Encodings => _encoded.Count;

        public string? Best => _encoded.Find(item => ReferenceEquals(item.Tokens, _best)).Text;

        public static string Text(PromptDraft draft) => string.Concat(draft.Parts.Select(part => part.Text));

        public int[]? Fit(PromptDraft draft, int room, OverlongPolicy policy) =>
            _best = PromptFitter.Fit(draft, count(Text(draft)), room, policy, Encode);

        private int[] Encode(PromptDraft draft)
        {
            var text = Text(draft);
            var tokens = new int[count(text)];
            _encoded.Add((text, tokens));
            return tokens;
        }
    }
}
