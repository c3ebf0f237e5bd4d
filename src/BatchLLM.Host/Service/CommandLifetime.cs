using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service;

/// <summary>The command starts and stops the service, and hears signals for it.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
