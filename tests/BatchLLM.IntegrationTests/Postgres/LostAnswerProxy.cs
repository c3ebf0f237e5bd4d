using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>
/// Stands between a client and the server, and when armed cuts the next connection that commits, after the commit took
/// effect and before the client hears of it: the worst moment to lose a connection.
/// </summary>
internal sealed class LostAnswerProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private int _armed;

    internal LostAnswerProxy(string socketDirectory)
    {
        _server = new UnixDomainSocketEndPoint(Path.Combine(socketDirectory, ".s.PGSQL.5432"));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal void Arm() => Volatile.Write(ref _armed, 1);

    /// <summary>True if the connection was cut since the last call.</summary>
    internal bool IsSpent => Volatile.Read(ref _armed) == 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server, _stop.Token);
                var isCut = new StrongBox();
                await Task.WhenAny(UpAsync(client, server, isCut), DownAsync(server, client, isCut));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // One side has gone; disposal tells the other.
            }
        }
    }

    private async Task UpAsync(Socket client, Socket server, StrongBox isCut)
    {
        var buffer = new byte[65536];
        int count;
        while ((count = await client.ReceiveAsync(buffer, _stop.Token)) > 0)
        {
            if (Encoding.ASCII.GetString(buffer, 0, count).Contains("COMMIT", StringComparison.Ordinal))
            {
                isCut.Value = Interlocked.Exchange(ref _armed, 0) == 1;
            }

            await server.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    private async Task DownAsync(Socket server, Socket client, StrongBox isCut)
    {
        var buffer = new byte[65536];
        int count;
        // The server answers a commit after it took effect: that answer ends the connection instead of being passed on.
        while ((count = await server.ReceiveAsync(buffer, _stop.Token)) > 0 && !isCut.Value)
        {
            await client.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    private sealed class StrongBox
    {
        internal volatile bool Value;
    }
}
