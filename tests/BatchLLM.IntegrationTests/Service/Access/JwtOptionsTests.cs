using System.Net;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Access;

/// <summary>What <c>serve</c> is told of an identity provider.</summary>
public sealed class JwtOptionsTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Theory]
    [InlineData("--jwt-audience", "--jwt-authority", "https://id.example")]
    [InlineData("--jwt-authority", "--jwt-audience", "batchllm")]
    [InlineData("https://", "--jwt-audience", "batchllm", "--jwt-authority", "http://id.example")]
    [InlineData("https://", "--jwt-audience", "batchllm", "--jwt-authority", "https://user:secret@id.example")]
    [InlineData("--keys none", "--jwt-audience", "batchllm", "--jwt-authority", "https://id.example", "--keys", "none")]
    public async Task What_would_not_be_safe_is_refused(string expected, params string[] options)
    {
        var result = await cli.RunAsync(["serve", "--no-worker", "--listen", "http://127.0.0.1:0", .. options]);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(expected, result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Error + result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0")]
    public async Task With_a_provider_no_key_is_needed_to_begin_and_nobody_is_let_in_without_one_or_a_token(string listen)
    {
        await using var serve = await ServeProcess.StartAsync(cli.Start(
            [], "serve", "--no-worker", "--json", "--listen", listen, "--jwt-authority", "https://id.invalid", "--jwt-audience", "batchllm"));
        using var client = new HttpClient { BaseAddress = new UriBuilder(serve.Client.BaseAddress!) { Host = "127.0.0.1" }.Uri };

        using var refused = await client.GetAsync("/api/jobs", TestContext.Current.CancellationToken);

        Assert.Contains("a token", await ServiceHost.ProblemOfAsync(refused, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
    }
}
