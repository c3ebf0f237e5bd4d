using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>Keeps a claim to plan a job alive while a large input is read, and says when it is lost.</summary>
internal sealed class PlanKeeper : IAsyncDisposable
{
    private readonly IJobQueue _queue;
    private readonly PlanClaim _claim;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost;
    private readonly PeriodicTimer _timer;
    private readonly Task _renewing;

    private PlanKeeper(
        IJobQueue queue, PlanClaim claim, TimeSpan duration, TimeProvider time, CancellationToken stop)
    {
        (_queue, _claim, _duration) = (queue, claim, duration);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _timer = new PeriodicTimer(duration / 3, time);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when the claim is lost, or when the caller asked to stop.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Starts renewing.</summary>
    public static PlanKeeper Hold(
        IJobQueue queue, PlanClaim claim, TimeSpan duration, TimeProvider time, CancellationToken stop) =>
        new(queue, claim, duration, time, stop);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _renewing;
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (!await KeepAsync())
            {
                await _lost.CancelAsync();
                return;
            }
        }
    }

    private async Task<bool> KeepAsync()
    {
        try
        {
            return await _queue.RenewPlanAsync(_claim, _duration, CancellationToken.None);
        }
        catch (BatchLLMException)
        {
            // The store has already retried for longer than a claim lives: another worker may have the job by now.
            return false;
        }
    }
}
