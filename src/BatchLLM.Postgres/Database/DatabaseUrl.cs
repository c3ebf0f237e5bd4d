using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>
/// PostgreSQL's connection URIs, as psql takes them (libpq, "Connection URIs"):
/// <c>postgres://user:password@host:port/database?sslmode=require</c>.
/// </summary>
/// <remarks>Not System.Uri: it knows no list of hosts and no empty authority, and its errors repeat the text.</remarks>
internal static class DatabaseUrl
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    // libpq's words that Npgsql spells otherwise.
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["user"] = "Username",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    internal static bool IsUrl(string text) =>
        Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="BatchLLMException">A part is not understood; the message names the part, not its value.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var (address, query) = SplitFirst(text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..], '?');
        var (authority, database) = SplitFirst(address, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = SplitFirst(authority[..Math.Max(at, 0)], ':');
        var builder = new NpgsqlConnectionStringBuilder();
        Set(builder, "user", user);
        Set(builder, "password", password);
        Set(builder, "dbname", database);
        SetServer(builder, authority[(at + 1)..]);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = SplitFirst(parameter, '=');
            Set(builder, key, value);
        }

        return builder;
    }

    private static void SetServer(NpgsqlConnectionStringBuilder builder, string server)
    {
        // Npgsql takes a list of hosts with their ports as it is; one host's port is a keyword of its own.
        var colon = server.LastIndexOf(':');
        if (server.Contains(',') || colon <= server.LastIndexOf(']'))
        {
            Set(builder, "host", server);
            return;
        }

        Set(builder, "host", server[..colon]);
        Set(builder, "port", server[(colon + 1)..]);
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        try
        {
            var text = Uri.UnescapeDataString(value);
            // verify-full and read-write are VerifyFull and ReadWrite there.
            var isWord = key is "sslmode";
            builder[Keywords.GetValueOrDefault(key, key)] = isWord ? text.Replace("-", "", StringComparison.Ordinal) : text;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            throw new BatchLLMException(
                $"The database URL's '{key}' is not understood. Expected a URL such as " +
                "postgres://user@host:5432/database?sslmode=require; special characters in user and password are " +
                "written as % and two hexadecimal digits.");
        }
    }

    private static (string Head, string Tail) SplitFirst(string text, char separator)
    {
        var index = text.IndexOf(separator);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }
}
