using System.Net;
using System.Net.Sockets;

namespace BatchLLM.Host.Service.Webhooks;

/// <summary>
/// Which addresses are of the public internet. All others are the server's own network: its database, its cloud's metadata, its
/// neighbours, to which nobody outside may have it send anything. IANA's special-purpose registries, as of 2026.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // All that is handed out for the internet lies in here; the exceptions are within it.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    // Benchmarks and old tunnels, documentation twice; and 6to4, which holds an address of the old kind.
    private static readonly IPNetwork[] Reserved =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>True if the address is one of the public internet.</summary>
    public static bool Contain(IPAddress address)
    {
        var real = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return real.AddressFamily == AddressFamily.InterNetwork
            ? !Special.Any(network => network.Contains(real))
            : Global.Contains(real) && !Reserved.Any(network => network.Contains(real));
    }
}
