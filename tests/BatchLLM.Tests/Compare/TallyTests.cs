using BatchLLM.Engine.Compare;
using Xunit;

namespace BatchLLM.Tests.Compare;

public sealed class TallyTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 2, 3 }, null, 3, 3)]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 9, 3 }, 1, 2, 3)]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 2 }, 2, 2, 3)]
    [InlineData(new[] { 1 }, new[] { 1, 2, 3 }, 1, 1, 3)]
    [InlineData(new int[0], new[] { 1 }, 0, 0, 1)]
    [InlineData(new int[0], new int[0], null, 0, 0)]
    public void Completions_agree_up_to_their_first_difference(int[] a, int[] b, int? divergence, int equal, int length) =>
        Assert.Equal(new TokenMatch(divergence, equal, length), TokenMatch.Of(a, b));

    [Fact]
    public void Shares_and_means_by_hand()
    {
        var tally = new AgreementTally();
        tally.Add(Row([1, 2, 3], [1, 2, 3], positions: 4, same: 4, klSum: 0.4, klMax: 0.3), "a b", "a b");
        tally.Add(Row([1, 2, 3], [1, 9, 3], positions: 4, same: 3, klSum: 1.6, klMax: 0.9), "a b", "a c");
        tally.Add(Row([5, 6, 7, 8], [5, 6, 7], positions: 2, same: 0, klSum: 0, klMax: 0), "a", "b");

        Assert.Equal(
            new Agreement(1.0 / 3, 8.0 / 10, 2, 2, 2, 0.5, 10, 0.7, 0.2, 0.9), Rounded(tally.Result()));
    }

    [Fact]
    public void An_even_number_of_divergences_has_its_median_between_the_middle_two()
    {
        var tally = new AgreementTally();
        foreach (var at in new[] { 7, 1, 4, 2 })
        {
            var tokens = new int[10];
            int[] other = [.. tokens];
            other[at] = 1;
            tally.Add(Row(tokens, other, 10, 9, 0, 0), "", "");
        }

        Assert.Equal((3.5, 3.0), (tally.Result().FirstDivergenceMean, tally.Result().FirstDivergenceMedian));
    }

    [Fact]
    public void Rows_without_any_token_agree_and_no_rows_have_no_mean()
    {
        var tally = new AgreementTally();
        Assert.Throws<InvalidOperationException>(() => tally.Result());

        tally.Add(Row([], [], positions: 1, same: 1, klSum: 0, klMax: 0), "", "");

        Assert.Equal(new Agreement(1, 1, 0, null, null, 1, 1, 1, 0, 0), tally.Result());
    }

    [Fact]
    public void Accuracy_counts_equal_texts_and_averages_the_rest()
    {
        var tally = new AccuracyTally();
        Assert.Null(tally.Result());

        tally.Add(" Low: printer.\n", "Low: printer.");
        tally.Add("low: printer", "Low: printer.");
        tally.Add("high", "Low: printer.");
        tally.Add("Low", "Low: a b");

        Assert.Equal(new Accuracy(0.25, (1 + 1 + 0 + 0.5) / 4), tally.Result());
    }

    private static PairRow Row(int[] a, int[] b, int positions, int same, double klSum, double klMax) =>
        new(new LockstepRow(0, a, positions, same, klSum, klMax, IsFinite: true), b, IsFinite: true);

    private static Agreement Rounded(Agreement agreement) => agreement with { KlMean = Math.Round(agreement.KlMean, 12) };
}
