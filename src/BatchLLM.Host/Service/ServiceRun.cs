using System.Net.Sockets;
using BatchLLM.Host.Work;
using Microsoft.AspNetCore.Builder;

namespace BatchLLM.Host.Service;

/// <summary>Runs the service until it is told to stop: the web application, and beside it a worker.</summary>
/// <param name="settings">The command line.</param>
/// <param name="state">Durable state.</param>
/// <param name="terminal">Where to say where it listens.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceRun(ServiceSettings settings, DatabaseSession state, Terminal terminal, TimeProvider time)
{
    // For answers under way; one that streams for longer is broken off, which its client sees.
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(5);

    /// <summary>Runs until it is told to end; what was accepted stays in the database.</summary>
    /// <param name="runsJobs">False to leave jobs to workers elsewhere.</param>
    /// <param name="drain">It listens no more, and the worker runs its window to the end.</param>
    /// <param name="stop">The worker stops at once; leases are handed back.</param>
    /// <exception cref="BatchLLMException">It cannot listen, or the database fails.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task RunAsync(bool runsJobs, CancellationToken drain, CancellationToken stop)
    {
        await using var app = ServiceApp.Create(settings, state, terminal.Error, time);
        await StartAsync(app, drain);
        await WarmUp.RunAsync(app, settings.Listen, drain);
        Announce(app.Urls.Single());
        var told = Task.Delay(Timeout.InfiniteTimeSpan, time, drain);
        var worker = runsJobs ? new WorkerLoop(state, [], terminal.Error) { Device = settings.Device }.RunAsync(drain, stop) : Task.CompletedTask;

        // A worker that ends by itself does so by a defect, or because its GPU is lost: better no service, which whoever watches
        // over it starts again, than one that accepts what it never runs.
        await Task.WhenAny(runsJobs ? [told, worker] : [told]);
        await StopAsync(app);
        await worker;
    }

    private async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new BatchLLMException(
                $"Cannot listen on {settings.Listen}: {e.Message.TrimEnd('.')}. Choose another port with --listen.", isTransient: false, e);
        }
    }

    private void Announce(string url)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new Listening(url));
        }
        else
        {
            terminal.Text.WriteLine($"Listening on {url}. Ctrl+C stops it; jobs stay in the database.");
        }
    }

    private async Task StopAsync(WebApplication app)
    {
        using var patience = new CancellationTokenSource(TimeToAnswer, time);
        await app.StopAsync(patience.Token);
    }

    private sealed record Listening(string Url);
}
