using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Private;

/// <summary>
/// A PostgreSQL server of the user's own, for those who name no database: made on first use, started on demand, shared
/// by all processes that use it at the same time, and stopped by the last one to leave. It listens on a Unix socket in a
/// directory that only its owner can enter, and on nothing else.
/// </summary>
/// <remarks>
/// Who uses it holds a shared lock on a file, and the system takes that lock from a killed process. So kill -9 costs
/// nothing but a server that stays up until the next user leaves. Rejected: a minute of idling before it stops, which
/// needs a process that outlives the last user; starting takes less than a second.
/// </remarks>
public sealed class PrivateCluster : IAsyncDisposable
{
    private readonly ClusterLayout _layout;
    private readonly ClusterServer _server;
    private readonly TimeProvider _time;
    private FileStream? _use;

    private PrivateCluster(ClusterLayout layout, ClusterServer server, TimeProvider time)
    {
        _layout = layout;
        _server = server;
        _time = time;
        Address = DatabaseAddress.OfSocket(
            layout.SocketDirectory, ClusterLayout.Port, ClusterServer.User, ClusterServer.Database);
    }

    /// <summary>How to connect while this object lives.</summary>
    public DatabaseAddress Address { get; }

    /// <summary>Makes the cluster if it is not there, starts it if it is down, and keeps it up until disposal.</summary>
    /// <exception cref="BatchLLMException">
    /// PostgreSQL is not installed or of another version than the data, the directory cannot be used, the disk is full,
    /// or the server does not start.
    /// </exception>
    public static async Task<PrivateCluster> AcquireAsync(
        PrivateClusterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var isRoot = Environment.IsPrivilegedProcess;
        var layout = new ClusterLayout(options.Directory, isRoot);
        var binaries = await PostgresBinaries.FindAsync(
            options.BinaryDirectories, PostgresBinaries.UsualPlaces, layout, cancellationToken);
        var account = await ServerAccount.ChooseAsync(layout, isRoot, cancellationToken);
        await account.OwnAsync(layout.Directory, [layout.StartLock, layout.UseLock], cancellationToken);
        await account.OwnAsync(layout.SocketDirectory, [], cancellationToken);
        var server = new ClusterServer(layout, binaries, account, options.StartTimeout, time);
        var cluster = new PrivateCluster(layout, server, time);
        await cluster.JoinAsync(cancellationToken);
        return cluster;
    }

    /// <summary>Starts the server again if it has gone: killed, or stopped by somebody.</summary>
    /// <exception cref="BatchLLMException">It does not start.</exception>
    public async Task EnsureRunningAsync(CancellationToken cancellationToken)
    {
        await using var starting = await FileLock.ExclusiveAsync(_layout.StartLock, _time, cancellationToken);
        await _server.StartAsync(cancellationToken);
    }

    /// <summary>Leaves; the last one out stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_use is null)
        {
            return;
        }

        await using var stopping = await FileLock.ExclusiveAsync(_layout.StartLock, _time, CancellationToken.None);
        await _use.DisposeAsync();
        _use = null;
        await using var alone = FileLock.TryExclusive(_layout.UseLock);
        if (alone is not null)
        {
            // Whether it worked does not matter here: a server that is still up is found by the next user.
            await _server.StopAsync(CancellationToken.None);
        }
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        await using var starting = await FileLock.ExclusiveAsync(_layout.StartLock, _time, cancellationToken);
        // From here on nobody stops the server; and nobody but the holder of the start lock takes this one alone.
        _use = FileLock.TryShared(_layout.UseLock);
        try
        {
            await _server.InitializeAsync(cancellationToken);
            await _server.StartAsync(cancellationToken);
        }
        catch
        {
            await _use!.DisposeAsync();
            throw;
        }
    }
}
