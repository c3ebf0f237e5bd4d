using System.Net;
using System.Net.Sockets;

namespace BatchLLM.Host.Service.Webhooks;

/// <summary>Makes the HTTP client that webhooks are sent with.</summary>
internal static class WebhookClient
{
    // A receiver takes the message and works later; one that is slower than this is not there.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>A client that follows no redirect, keeps nothing, and connects to nothing but what it may.</summary>
    /// <param name="mayReach">Whether an address may be reached.</param>
    public static HttpClient Create(Func<IPAddress, bool> mayReach) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectTimeout = Patience,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, mayReach, cancellationToken),
    })
    {
        Timeout = Patience,
    };

    // Here, not before: the name could mean another address by the time that it is connected to.
    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, Func<IPAddress, bool> mayReach, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = addresses.Where(mayReach).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("The name means no address that webhooks may be sent to.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
