using System.Net;
using BatchLLM.Host.Commands;

namespace BatchLLM.Host.Service;

/// <summary>Where the service listens.</summary>
internal static class ListenAddress
{
    /// <summary>Port 8402 of this machine alone.</summary>
    public const string Default = "http://127.0.0.1:8402";

    /// <summary>The address that a URL says.</summary>
    /// <exception cref="UsageException">It is no http URL of an IP address.</exception>
    public static IPEndPoint Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            throw new UsageException($"--listen is not http://address:port; expected for example {Default}.");
        }

        return AddressOf(uri) is { } address
            ? new IPEndPoint(address, uri.Port)
            : throw new UsageException(
                $"--listen {uri.Host}: expected an address of this machine, for example 127.0.0.1, or 0.0.0.0 for all of them.");
    }

    /// <summary>True if a request's Host header names this machine itself.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static IPAddress? AddressOf(Uri uri) => uri switch
    {
        { IdnHost: "localhost" } => IPAddress.Loopback,
        _ when IPAddress.TryParse(uri.IdnHost, out var address) => address,
        _ => null,
    };
}
