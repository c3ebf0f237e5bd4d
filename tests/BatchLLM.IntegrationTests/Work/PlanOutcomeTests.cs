using BatchLLM.Host.Commands;
using BatchLLM.Host.Work;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>What a fault in planning means for the job.</summary>
public sealed class PlanOutcomeTests
{
    [Fact]
    public void Trouble_that_may_pass_puts_it_off() => Assert.Equal(
        new PlanOutcome.PutOff("away"), PlanOutcome.Of(new BatchLLMException("away", isTransient: true), isLost: false));

    [Fact]
    public void A_wrong_input_and_a_wrong_setting_refuse_it_with_their_words()
    {
        Assert.Equal(new PlanOutcome.Refused("gone"), PlanOutcome.Of(new BatchLLMException("gone"), isLost: false));
        Assert.Equal(new PlanOutcome.Refused("wrong"), PlanOutcome.Of(new UsageException("wrong"), isLost: false));
    }

    [Fact]
    public void A_worker_that_is_to_end_hands_it_back_without_a_word() => Assert.Equal(
        new PlanOutcome.PutOff(null), PlanOutcome.Of(new OperationCanceledException(), isLost: true));

    [Fact]
    public void A_defect_refuses_it_by_its_type_and_never_by_its_message()
    {
        var outcome = Assert.IsType<PlanOutcome.Refused>(
            PlanOutcome.Of(new InvalidOperationException("Dear doctor, my knee"), isLost: false));

        Assert.StartsWith("Unexpected InvalidOperationException.", outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("knee", outcome.Reason, StringComparison.Ordinal);
        Assert.IsType<PlanOutcome.Refused>(PlanOutcome.Of(new OperationCanceledException(), isLost: false));
    }
}
