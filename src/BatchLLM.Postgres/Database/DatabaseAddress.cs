using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>Which database, as a user gives it: Npgsql's <c>Host=...;Database=...</c> or a <c>postgres://</c> URL.</summary>
public sealed class DatabaseAddress
{
    // More than a worker's loop has; a connection keeps those that came most.
    private const int MostPrepared = 64;

    private const int MostConnections = 16;
    private const int IdleSeconds = 30;

    private readonly string _display;

    private DatabaseAddress(NpgsqlConnectionStringBuilder builder)
    {
        builder.ApplicationName ??= "batchllm";
        // A connection that a firewall dropped silently is noticed within a lease, not after hours.
        builder.KeepAlive = builder.KeepAlive == 0 ? 30 : builder.KeepAlive;
        // No longer than the first connection may take at all, so that a silent address is told within that time.
        builder.Timeout = builder.ShouldSerialize("Timeout") ? builder.Timeout : 10;
        // Servers take a hundred by default, of which each process must leave some to the others; what it does not use it gives back soon.
        builder.MaxPoolSize = builder.ShouldSerialize("Maximum Pool Size") ? builder.MaxPoolSize : MostConnections;
        builder.ConnectionIdleLifetime = builder.ShouldSerialize("Connection Idle Lifetime") ? builder.ConnectionIdleLifetime : IdleSeconds;
        // Operations leave nothing in a session, so there is nothing to reset: it would double the server's transactions.
        builder.NoResetOnClose = true;
        // The few statements of a running job come again and again: planning each anew was half of what the server did.
        builder.MaxAutoPrepare = builder.ShouldSerialize("Max Auto Prepare") ? builder.MaxAutoPrepare : MostPrepared;
        ConnectionString = builder.ConnectionString;
        _display = Display(builder);
    }

    /// <summary>For Npgsql. Holds the password: never shown, never logged.</summary>
    public string ConnectionString { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="BatchLLMException">It is not one; the message does not repeat it, since it may hold a password.</exception>
    public static DatabaseAddress Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var builder = DatabaseUrl.IsUrl(text) ? DatabaseUrl.Parse(text) : ParseKeywords(text);
        if (string.IsNullOrEmpty(builder.Host))
        {
            builder.Host = "localhost";
        }

        return new DatabaseAddress(builder);
    }

    internal static DatabaseAddress OfSocket(string directory, int port, string user, string database) => new(
        new NpgsqlConnectionStringBuilder
        {
            Host = directory,
            Port = port,
            Username = user,
            Database = database,
        });

    /// <summary>User, server and database, without a secret: <c>ada@db.example:5432/batches</c>.</summary>
    public override string ToString() => _display;

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            throw new BatchLLMException(
                "The database address is not understood. Expected a URL such as postgres://user@host:5432/database, " +
                "or keywords such as Host=host;Port=5432;Username=user;Database=database.");
        }
    }

    private static string Display(NpgsqlConnectionStringBuilder builder)
    {
        var user = string.IsNullOrEmpty(builder.Username) ? "" : builder.Username + "@";
        var database = string.IsNullOrEmpty(builder.Database) ? builder.Username : builder.Database;
        var hasPort = builder.Host!.StartsWith('/')
            || builder.Host.Contains(',')
            || (builder.Host.Contains(':') && !builder.Host.StartsWith('['));
        var port = hasPort ? "" : FormattableString.Invariant($":{builder.Port}");
        return $"{user}{builder.Host}{port}/{database}";
    }
}
