using System.Security.Cryptography;

namespace BatchLLM.Dashboard;

/// <summary>The files of Assets/, from the program itself.</summary>
public static class AssetFiles
{
    private static readonly Dictionary<string, Asset> ByName = typeof(AssetFiles).Assembly.GetManifestResourceNames()
        .ToDictionary(name => name, Load, StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static IEnumerable<Asset> All => ByName.Values;

    /// <summary>Where one is served.</summary>
    /// <param name="name">Its file's name.</param>
    public static string Url(string name) => ByName[name].Url;

    private static Asset Load(string name)
    {
        using var stream = typeof(AssetFiles).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        return new Asset($"/assets/{digest}/{name}", TypeOf(name), digest, bytes);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{name}: no media type is known for {other}."),
    };
}
