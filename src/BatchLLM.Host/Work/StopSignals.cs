using System.Runtime.InteropServices;

namespace BatchLLM.Host.Work;

/// <summary>SIGINT and SIGTERM: the first asks to end what is under way, and then the process; the second to stop at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>Take nothing more.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Stop now.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _drain.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true; // what the system would do: end the process
        _ = (Interlocked.Increment(ref _signals) == 1 ? _drain : _stop).CancelAsync();
    }
}
