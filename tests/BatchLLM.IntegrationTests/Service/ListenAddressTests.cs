using BatchLLM.Host.Commands;
using BatchLLM.Host.Service;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8402", "127.0.0.1:8402")]
    [InlineData("http://127.0.0.1:0/", "127.0.0.1:0")]
    [InlineData("http://127.9.9.9:80", "127.9.9.9:80")]
    [InlineData("http://[::1]:8402", "[::1]:8402")]
    [InlineData("http://localhost:8402", "127.0.0.1:8402")]
    [InlineData("http://0.0.0.0:8402", "0.0.0.0:8402")]
    [InlineData("http://[::]:8402", "[::]:8402")]
    [InlineData("http://192.168.0.7:8402", "192.168.0.7:8402")]
    public void An_address_is_listened_on(string url, string expected) =>
        Assert.Equal(expected, ListenAddress.Parse(url).ToString());

    [Theory]
    [InlineData("http://*:8402")]
    [InlineData("http://example.org:8402")]
    [InlineData("http://localhost.example.org:8402")]
    [InlineData("https://127.0.0.1:8402")]
    [InlineData("http://127.0.0.1:8402/path")]
    [InlineData("http://user:secret@127.0.0.1:8402")]
    [InlineData("127.0.0.1:8402")]
    public void Anything_else_is_refused(string url) =>
        Assert.DoesNotContain("secret", Assert.Throws<UsageException>(() => ListenAddress.Parse(url)).Message, StringComparison.Ordinal);
}
