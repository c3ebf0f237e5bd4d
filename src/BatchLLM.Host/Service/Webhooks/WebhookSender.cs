using System.Globalization;
using System.Net.Http.Headers;
using BatchLLM.Jobs;
using BatchLLM.Webhooks;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Webhooks;

/// <summary>Sends what is due, again and again until it is taken; any number of servers share the work.</summary>
/// <param name="webhooks">Holds the messages.</param>
/// <param name="store">Knows the jobs.</param>
/// <param name="client">See <see cref="WebhookClient"/>.</param>
/// <param name="time">The clock.</param>
internal sealed class WebhookSender(IWebhookStore webhooks, IJobStore store, HttpClient client, TimeProvider time) : BackgroundService
{
    private const int AtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Longer than an attempt takes.
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    /// <summary>Sends what is due now; returns how much that was.</summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        var due = await webhooks.TakeAsync(AtOnce, Hold, cancellationToken);
        await Task.WhenAll(due.Select(message => SendAsync(message, cancellationToken)));
        return due.Count;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        client.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                int sent;
                do
                {
                    sent = await SendDueAsync(stoppingToken);
                }
                while (sent == AtOnce);
            }
            catch (BatchLLMException)
            {
                // The database is away; the messages stay in it.
            }
        }
    }

    private async Task SendAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        // A job that was removed meanwhile took its messages with it.
        if (await store.FindAsync(message.JobId, cancellationToken) is not { } job)
        {
            return;
        }

        var status = await PostAsync(message, WebhookBody.Write(message, job), cancellationToken);
        await webhooks.SettleAsync(message.Id, status, WebhookRetries.Next(status, message.Attempts), cancellationToken);
        if (WebhookRetries.IsGone(status))
        {
            await webhooks.RemoveAsync(message.WebhookId, cancellationToken);
        }
    }

    /// <summary>The answer's status; null if there was none.</summary>
    private async Task<int?> PostAsync(WebhookMessage message, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(message, body);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private HttpRequestMessage Request(WebhookMessage message, byte[] body)
    {
        var id = $"msg_{message.Id:N}";
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSigning.Sign(message.Secret, id, seconds, body));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("batchllm", null));
        return request;
    }
}
