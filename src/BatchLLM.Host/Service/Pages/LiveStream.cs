using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BatchLLM.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Pages;

/// <summary>A page's changes, as server-sent events <c>update</c>.</summary>
/// <param name="looks">Looks at what pages show.</param>
/// <param name="time">The clock.</param>
/// <param name="lifetime">Says when the service stops; then all streams end.</param>
internal sealed class LiveStream(LiveLooks looks, TimeProvider time, IHostApplicationLifetime lifetime)
{
    // A browser comes back by itself, and is asked again who it is: a key that was revoked shows nothing for longer than this.
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    // What stands between here and a browser closes connections that say nothing, mostly after 30 or 60 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private static readonly LiveUpdate Nothing =
        new(new Dictionary<string, string>(), new Dictionary<string, IReadOnlyList<string>>(), Over: false);

    /// <summary>Sends all that changes, and then what has changed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="what">What is looked at, and all that decides what is seen of it.</param>
    /// <param name="look">Looks at it.</param>
    public IResult Send(HttpContext context, string what, Func<CancellationToken, Task<LivePage>> look)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no"; // proxies would hold events back
        return TypedResults.ServerSentEvents(EventsAsync(
            what, () => look(lifetime.ApplicationStopping), context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<LiveUpdate>> EventsAsync(
        string what, Func<Task<LivePage>> look, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var (start, said) = (time.GetTimestamp(), time.GetTimestamp());
        LivePage? seen = null;
        do
        {
            var page = await looks.LookAsync(what, look);
            var isSilent = time.GetElapsedTime(said) >= LongestSilence;
            if ((page.Since(seen) ?? (isSilent ? Nothing : null)) is { } update)
            {
                said = time.GetTimestamp();
                yield return new SseItem<LiveUpdate>(update, "update") { ReconnectionInterval = LiveLooks.Interval };
            }

            seen = page;
        }
        while (!seen.IsOver && time.GetElapsedTime(start) < Length && await WaitAsync(either.Token));
    }

    /// <summary>False once nobody listens, or the service stops: an answer that streams then ends as it should.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(LiveLooks.Interval, time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
