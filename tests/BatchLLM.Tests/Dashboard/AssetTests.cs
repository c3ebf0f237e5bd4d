using System.Text;
using System.Text.RegularExpressions;
using BatchLLM.Dashboard;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

public sealed partial class AssetTests
{
    [Fact]
    public void Each_has_an_address_with_its_digest()
    {
        Assert.Equal(["icon.svg", "live.js", "page.css"], AssetFiles.All.Select(asset => asset.Url.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.All(AssetFiles.All, asset => Assert.Contains(asset.Digest, asset.Url, StringComparison.Ordinal));
        Assert.All(AssetFiles.All, asset => Assert.Equal(asset.Url, AssetFiles.Url(asset.Url.Split('/')[^1])));
    }

    [Fact]
    public void None_asks_for_anything_from_elsewhere() => Assert.All(
        AssetFiles.All,
        asset => Assert.Empty(Address().Matches(
            Encoding.UTF8.GetString(asset.Bytes.Span).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal))));

    [GeneratedRegex(@"https?://|//[a-z0-9-]+\.[a-z]|@import|url\(")]
    private static partial Regex Address();
}
