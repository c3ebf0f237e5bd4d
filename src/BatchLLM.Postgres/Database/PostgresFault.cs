using System.Data;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>Tells passing trouble from the rest, and puts it into words. Never shows a password or a statement's values.</summary>
internal static class PostgresFault
{
    internal static bool IsDatabase(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>
    /// True for what goes wrong because the connection was lost, though it does not say so: the driver then complains of parts of
    /// its own that are disposed, at times before the connection is marked as lost, and Dapper of values that it cannot read.
    /// </summary>
    internal static bool IsOfLostConnection(Exception exception, NpgsqlConnection connection) =>
        (exception is ObjectDisposedException || connection.State != ConnectionState.Open)
        && !IsDatabase(exception)
        && exception is not (BatchLLMException or OperationCanceledException);

    /// <summary>True if the same call may succeed later without anyone changing anything.</summary>
    internal static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException server => IsTransient(server.SqlState),
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => true,
        NpgsqlException client => client.IsTransient,
        _ => true,
    };

    /// <summary>True if nobody listens at the address: waiting for a first connection is then in vain.</summary>
    internal static bool IsRefused(Exception exception) => SocketError(exception) is
        System.Net.Sockets.SocketError.ConnectionRefused
        or System.Net.Sockets.SocketError.AddressNotAvailable
        or System.Net.Sockets.SocketError.HostNotFound
        or System.Net.Sockets.SocketError.NoData;

    internal static BatchLLMException Translate(Exception exception, DatabaseAddress address, TimeSpan waited) =>
        new(exception is PostgresException server && !IsLost(server.SqlState)
                ? Refusal(server, address)
                : Unreachable(exception, address, waited),
            IsTransient(exception),
            exception);

    private static string Refusal(PostgresException server, DatabaseAddress address) => server.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The database {address} refused the user or the password. Check both in the database address, and that " +
            "the server's pg_hba.conf admits this machine.",
        PostgresErrorCodes.InvalidCatalogName =>
            $"The server has no database of the name in {address}. Create it with createdb, or name another one.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"The database {address} denied a right: {server.MessageText}. BatchLLM keeps its tables in the schema " +
            "batchllm: let its user own that schema, or let it create schemas in this database.",
        PostgresErrorCodes.DiskFull =>
            $"The disk of the database {address} is full. Free some space there, then run the same command again.",
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            $"The database {address} is read-only: a standby, or set so. Give the address of the primary server.",
        _ => $"The database {address} failed: {server.MessageText} (SQLSTATE {server.SqlState}).",
    };

    private static string Unreachable(Exception exception, DatabaseAddress address, TimeSpan waited)
    {
        var reason = (exception is NpgsqlException ? exception.InnerException ?? exception : exception).Message.TrimEnd('.');
        var seconds = waited.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return IsRefused(exception)
            ? $"No PostgreSQL server answers at {address} ({reason}). Start it, or correct the database address."
            : $"The database {address} could not be reached for {seconds} s ({reason}). Check the server and the " +
              "network, then run the same command again: it goes on where it stopped.";
    }

    private static SocketError? SocketError(Exception exception) =>
        (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode;

    private static bool IsTransient(string sqlState) => IsLost(sqlState) || sqlState is
        PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.LockNotAvailable
        or PostgresErrorCodes.TooManyConnections
        or PostgresErrorCodes.OutOfMemory;

    // The server goes, comes, or dropped this connection: class 08, and the operator's part of class 57.
    private static bool IsLost(string sqlState) => sqlState.StartsWith("08", StringComparison.Ordinal) || sqlState is
        PostgresErrorCodes.AdminShutdown
        or PostgresErrorCodes.CrashShutdown
        or PostgresErrorCodes.CannotConnectNow;
}
