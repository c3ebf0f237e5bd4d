using System.Data.Common;
using System.Security.Cryptography;
using BatchLLM.Postgres.Schema;
using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>
/// A migrated database, and the one place that repeats what failed for a passing reason: every operation run here must
/// be safe to repeat even if it took effect and only its answer was lost.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    // A lock is held for as long as a job is published: who waits for one must not take the connections of everything else.
    private const int MostLocks = 4;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _locks; // the same address
    private readonly DatabaseAddress _address;
    private readonly RetryPolicy _policy;
    private readonly TimeProvider _time;
    private readonly Func<CancellationToken, Task>? _revive;

    private PostgresDatabase(
        DatabaseAddress address, RetryPolicy policy, TimeProvider time, Func<CancellationToken, Task>? revive)
    {
        _source = NpgsqlDataSource.Create(address.ConnectionString);
        _locks = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address.ConnectionString) { MaxPoolSize = MostLocks });
        _address = address;
        _policy = policy;
        _time = time;
        _revive = revive;
    }

    /// <summary>Connects, and brings the schema up to date.</summary>
    /// <param name="address">Which database.</param>
    /// <param name="policy">How long trouble is waited out.</param>
    /// <param name="time">Clock of the waiting.</param>
    /// <param name="revive">
    /// Called after the connection was lost, before the next attempt: starts a server that is the caller's own. Null for
    /// a server that somebody else runs.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">
    /// The server cannot be reached or refuses the user, or the schema does not fit this program.
    /// </exception>
    public static async Task<PostgresDatabase> OpenAsync(
        DatabaseAddress address,
        RetryPolicy policy,
        TimeProvider time,
        Func<CancellationToken, Task>? revive,
        CancellationToken cancellationToken)
    {
        var database = new PostgresDatabase(address, policy, time, revive);
        try
        {
            await database.MigrateAsync(cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names of the migrations that opening the database applied.</summary>
    public IReadOnlyList<string> AppliedMigrations { get; private set; } = [];

    /// <summary>The pool of its connections, for a library with statements of its own; it stays this database's.</summary>
    public DbDataSource Connections => _source;

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _locks.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>Runs an operation in one transaction, again while it fails for a passing reason.</summary>
    internal Task<T> RunAsync<T>(Func<Session, Task<T>> operation, CancellationToken cancellationToken) => RunAsync(
        async (isRepeated, token) =>
        {
            await using var connection = await _source.OpenConnectionAsync(token);
            return await UseAsync(connection, async () =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                var result = await operation(new Session(transaction, isRepeated, token));
                await transaction.CommitAsync(token);
                return result;
            });
        },
        _policy.Patience,
        waitIfRefused: true,
        cancellationToken);

    /// <summary>Waits for a lock that lives as long as its connection, and holds it until that is disposed.</summary>
    /// <param name="path">The statement that takes it, by its file's name.</param>
    /// <param name="parameters">Of the statement.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal Task<IAsyncDisposable> LockAsync(string path, object parameters, CancellationToken cancellationToken) => RunAsync(
        async (_, token) =>
        {
            var hold = new SessionLock(_locks, await _locks.OpenConnectionAsync(token));
            try
            {
                await hold.TakeAsync(path, parameters, token);
                return (IAsyncDisposable)hold;
            }
            catch
            {
                await hold.DisposeAsync();
                throw;
            }
        },
        _policy.Patience,
        waitIfRefused: true,
        cancellationToken);

    private async Task MigrateAsync(CancellationToken cancellationToken) => AppliedMigrations = await RunAsync(
        async (_, token) =>
        {
            await using var connection = await _source.OpenConnectionAsync(token);
            return await UseAsync(connection, () => Migrator.MigrateAsync(connection, Migration.Embedded(), _address.ToString(), token));
        },
        _policy.StartPatience,
        waitIfRefused: _revive is not null,
        cancellationToken);

    /// <summary>Calls what goes wrong with a connection that is lost by its name, so that it is repeated.</summary>
    private static async Task<T> UseAsync<T>(NpgsqlConnection connection, Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (Exception exception) when (PostgresFault.IsOfLostConnection(exception, connection))
        {
            throw new IOException("The connection was lost while it was used.", exception);
        }
    }

    private async Task<T> RunAsync<T>(
        Func<bool, CancellationToken, Task<T>> attempt,
        TimeSpan patience,
        bool waitIfRefused,
        CancellationToken token)
    {
        var start = _time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await attempt(failures > 0, token);
            }
            catch (Exception exception) when (PostgresFault.IsDatabase(exception))
            {
                var delay = _policy.Delay(failures, Jitter());
                var wait = PostgresFault.IsTransient(exception)
                    && (waitIfRefused || !PostgresFault.IsRefused(exception))
                    && _time.GetElapsedTime(start) + delay <= patience;
                if (!wait)
                {
                    throw PostgresFault.Translate(exception, _address, _time.GetElapsedTime(start));
                }

                await Task.Delay(delay, _time, token);
                await ReviveAsync(exception, token);
            }
        }
    }

    private async Task ReviveAsync(Exception exception, CancellationToken token)
    {
        if (exception is PostgresException)
        {
            return;
        }

        // One lost connection mostly means that all idle ones are lost; without this each would cost an attempt.
        _source.Clear();
        _locks.Clear();
        if (_revive is not null)
        {
            await _revive(token);
        }
    }

    // Not seeded: processes that lost the same server at the same time must not return at the same time.
    private static double Jitter() => RandomNumberGenerator.GetInt32(1000) / 1000.0;
}
