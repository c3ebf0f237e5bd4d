using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The executable as a user has it who names no database: it runs a cluster of its own.</summary>
public sealed class PrivateCliFixture : IAsyncLifetime
{
    public CliFixture Cli { get; } = new(cluster: null);

    public ValueTask InitializeAsync() => Cli.InitializeAsync();

    public ValueTask DisposeAsync() => Cli.DisposeAsync();
}
