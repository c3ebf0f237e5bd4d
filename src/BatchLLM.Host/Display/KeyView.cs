using System.Globalization;
using BatchLLM.Access;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows keys.</summary>
internal sealed class KeyView(Terminal terminal)
{
    private static readonly string[] Columns = ["Key", "Tenant", "Role", "Name", "Created", "Last used", "State"];

    /// <summary>A new key, with the token that nobody sees again.</summary>
    public void Show(ApiKey key, string token)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(KeyOutput.Of(key) with { Token = token });
            return;
        }

        terminal.Text.WriteLine(token);
        terminal.Error.WriteLine(
            $"Key {key.Id}: {key.Role.ToString().ToLowerInvariant()} for tenant {key.Tenant}" +
            $"{(key.ExpiresAt is { } end ? $", until {Time(end)}" : "")}. It is not shown again. " +
            "Send it as `Authorization: Bearer ...`.");
    }

    /// <summary>All keys.</summary>
    public void Show(IReadOnlyList<ApiKey> keys)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(keys.Select(KeyOutput.Of));
        }
        else if (keys.Count == 0)
        {
            terminal.Text.WriteLine("No keys yet. `batchllm keys create` makes one.");
        }
        else
        {
            terminal.Ansi.Write(Table(keys));
        }
    }

    /// <summary>That a key is no more.</summary>
    public void ShowRevoked(long id)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new Revoked(id));
        }
        else
        {
            terminal.Text.WriteLine($"Key {id} is revoked.");
        }
    }

    private static Table Table(IReadOnlyList<ApiKey> keys)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Columns);
        foreach (var key in keys)
        {
            table.AddRow(Cells(key).Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static IEnumerable<string> Cells(ApiKey key) =>
    [
        key.Id.ToString(CultureInfo.InvariantCulture),
        key.Tenant,
        key.Role.ToString().ToLowerInvariant(),
        key.Name,
        Time(key.CreatedAt),
        key.LastUsedAt is { } used ? Time(used) : "never",
        StateOf(key),
    ];

    private static string StateOf(ApiKey key) => key switch
    {
        { RevokedAt: { } end } => $"revoked {Time(end)}",
        { IsUsable: false, ExpiresAt: { } end } => $"expired {Time(end)}",
        { ExpiresAt: { } end } => $"until {Time(end)}",
        _ => "works",
    };

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Revoked([property: System.Text.Json.Serialization.JsonPropertyName("revoked")] long Id);
}
