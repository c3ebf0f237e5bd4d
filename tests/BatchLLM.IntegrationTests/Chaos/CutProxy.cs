using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BatchLLM.IntegrationTests.Chaos;

/// <summary>A way to the database's socket by TCP, whose connections can be reset all at once, in the middle of whatever they carry.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _clients = [];
    private readonly EndPoint _server;
    private readonly Task _accepting;

    internal CutProxy(string socketDirectory)
    {
        _server = new UnixDomainSocketEndPoint(Path.Combine(socketDirectory, ".s.PGSQL.5432"));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets all connections: what was sent and not yet read is lost.</summary>
    internal void Cut()
    {
        foreach (var client in _clients.Keys)
        {
            client.Close(timeout: 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_clients.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                _clients[client] = Task.Run(() => ForwardAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        try
        {
            using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await server.ConnectAsync(_server, _stop.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The server is away. Closing tells the client.
        }
        finally
        {
            client.Close(timeout: 0);
            _clients.TryRemove(client, out _);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[65536];
            int count;
            while ((count = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; the other is closed with it.
        }
    }
}
