using BatchLLM.Batches;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>
/// Carries batches on while the service runs: looks at new ones, stops those that are to stop, ends those whose job is over, and
/// removes files that are gone. Any number of services share one database's.
/// </summary>
/// <param name="batches">Durable state.</param>
/// <param name="keeping">What is done for one.</param>
/// <param name="sweep">Removes files.</param>
/// <param name="log">What happens.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchKeeper(
    IBatchStore batches, BatchKeeping keeping, FileSweep sweep, BatchLog log, TimeProvider time) : BackgroundService
{
    // Each reads or writes whole files; the worker beside it needs the machine.
    private const int MostAtOnce = 2;

    // Each look is a transaction, whether or not there are any batches: a fifth of all that a worker at 10,000 rows/s and its server made.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Task> _held = [];
    private long _kept = time.GetTimestamp(); // when what is held was last held for longer

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception e)
            {
                // The next turn tries again; who asks for a batch notices a lost database by itself.
                log.WriteDefect("Batches", e);
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_held.Values);
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        foreach (var done in _held.Where(held => held.Value.IsCompleted).Select(held => held.Key).ToList())
        {
            _held.Remove(done);
        }

        if (_held.Count > 0 && time.GetElapsedTime(_kept) >= Hold / 3)
        {
            _kept = time.GetTimestamp();
            await batches.KeepHoldingAsync(_held.Keys, Hold, cancellationToken);
        }

        if (_held.Count < MostAtOnce)
        {
            foreach (var id in await batches.HoldAsync(MostAtOnce - _held.Count, Hold, cancellationToken))
            {
                _held[id] = keeping.KeepAsync(id, cancellationToken);
            }
        }

        await sweep.RunAsync(cancellationToken);
    }
}
