using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BatchLLM.IntegrationTests.Blobs.Faults;

/// <summary>Stands between a store and the server, notes every request, and does to it what the test decides.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _server;
    private readonly Func<ProxiedRequest, Fault?> _decide;
    private readonly Task _accepting;

    /// <param name="server">Where requests go.</param>
    /// <param name="decide">The fault of a request; null passes it and its answer on unchanged.</param>
    public FaultProxy(Uri server, Func<ProxiedRequest, Fault?> decide)
    {
        _decide = decide;
        _server = new HttpClient { BaseAddress = server };
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public ConcurrentQueue<ProxiedRequest> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _server.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            await using var stream = new NetworkStream(client);
            try
            {
                while (await ReadAsync(stream) is { } request)
                {
                    Requests.Enqueue(request);
                    await AnswerAsync(client, stream, request, _decide(request));
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client has gone, or this proxy has cut it off.
            }
        }
    }

    private async Task AnswerAsync(Socket client, NetworkStream stream, ProxiedRequest request, Fault? fault)
    {
        switch (fault)
        {
            case Fault.Answer own:
                await WriteHeadAsync(stream, own.Status, [.. own.Headers, $"Content-Length: {own.Body.Length}"]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(own.Body), _stop.Token);
                return;
            case Fault.NoAnswer:
                await UntilClosedAsync(stream);
                return;
            case Fault.TurnBit:
                request = request with { Body = [.. request.Body[..^1], (byte)(request.Body[^1] ^ 1)] };
                break;
            case Fault.AddParameter more:
                request = request with { Target = $"{request.Target}&{more.Parameter}" };
                break;
        }

        using var answer = await AskServerAsync(request);
        if (fault is Fault.LoseAnswer)
        {
            Reset(client);
            return;
        }

        var body = await answer.Content.ReadAsByteArrayAsync(_stop.Token);
        await WriteHeadAsync(stream, $"{(int)answer.StatusCode} {answer.ReasonPhrase}", HeadersOf(answer, body.Length));
        await (fault switch
        {
            Fault.CutBody cut => CutAsync(client, stream, body, cut),
            Fault.Trickle => TrickleAsync(stream, body),
            _ => stream.WriteAsync(body, _stop.Token).AsTask(),
        });
    }

    private async Task CutAsync(Socket client, NetworkStream stream, byte[] body, Fault.CutBody cut)
    {
        await stream.WriteAsync(body.AsMemory(0, cut.Bytes), _stop.Token);
        switch (cut.End)
        {
            case BodyEnd.Reset:
                Reset(client);
                break;
            case BodyEnd.Close:
                client.Shutdown(SocketShutdown.Both);
                break;
            default:
                await UntilClosedAsync(stream);
                break;
        }
    }

    private async Task UntilClosedAsync(NetworkStream stream) =>
        await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, _stop.Token);

    private async Task TrickleAsync(NetworkStream stream, byte[] body)
    {
        for (int start = 0, count = 1; start < body.Length; start += count, count = Math.Min(count + 1, 1000))
        {
            count = Math.Min(count, body.Length - start);
            await stream.WriteAsync(body.AsMemory(start, count), _stop.Token);
        }
    }

    /// <summary>Closes with a reset: what the client has not read yet is lost too.</summary>
    private static void Reset(Socket client)
    {
        client.LingerState = new LingerOption(true, 0);
        client.Close();
    }

    private async Task<HttpResponseMessage> AskServerAsync(ProxiedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Target);
        message.Content = new ByteArrayContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (name is not ("connection" or "content-length" or "expect") && !message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _server.SendAsync(message, HttpCompletionOption.ResponseContentRead, _stop.Token);
    }

    /// <summary>A HEAD's answer tells the length of a body that it does not have.</summary>
    private static IEnumerable<string> HeadersOf(HttpResponseMessage answer, long length) => answer.Headers
        .Concat(answer.Content.Headers)
        .Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive" or "Content-Length"))
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
        .Append($"Content-Length: {answer.Content.Headers.ContentLength ?? length}");

    private async Task WriteHeadAsync(NetworkStream stream, string status, IEnumerable<string> headers)
    {
        var head = string.Concat(headers.Prepend($"HTTP/1.1 {status}").Append("").Select(line => line + "\r\n"));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head), _stop.Token);
    }

    /// <summary>The next request of a connection; null if the client closed it.</summary>
    private async Task<ProxiedRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var next = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(next, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(next[0]);
        }

        var arrived = Stopwatch.GetTimestamp();
        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(
            pair => pair[0].ToLowerInvariant(), pair => pair[1], StringComparer.Ordinal);
        var body = new byte[headers.TryGetValue("content-length", out var length)
            ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        if (headers.ContainsKey("expect"))
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
        }

        await stream.ReadExactlyAsync(body, _stop.Token);
        var first = lines[0].Split(' ');
        return new ProxiedRequest(first[0], first[1], headers, body, arrived);
    }
}
