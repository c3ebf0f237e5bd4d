using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class ErrorBudgetTests
{
    [Fact]
    public void Without_a_budget_any_number_of_failures_is_borne() =>
        Assert.Null(ErrorBudget.ReasonToPause(new PolicySpec(), 1_000_000, 1_000_000));

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void A_budget_in_rows_is_spent_by_the_first_row_over_it(long failed, bool pauses)
    {
        var reason = ErrorBudget.ReasonToPause(new PolicySpec { ErrorBudgetRows = 5 }, failed, 100);

        Assert.Equal(pauses, reason is not null);
    }

    [Fact]
    public void A_budget_as_a_share_counts_rows_of_the_whole_job()
    {
        var policies = new PolicySpec { ErrorBudgetShare = 0.05 };

        Assert.Null(ErrorBudget.ReasonToPause(policies, 2, 59));
        Assert.Equal(
            "error budget spent: 3 rows failed, the job allows 2 of 59", ErrorBudget.ReasonToPause(policies, 3, 59));
    }
}
