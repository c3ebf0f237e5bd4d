namespace BatchLLM.Jobs;

/// <summary>A window that was read, and the leases under which it may be run. Disposing hands back what is still held.</summary>
/// <param name="Window">The rows.</param>
/// <param name="Keeper">Renews the leases.</param>
internal sealed record HeldWindow(Window Window, LeaseKeeper Keeper) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Keeper.DisposeAsync();
}
