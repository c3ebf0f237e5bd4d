using System.Globalization;
using BatchLLM.Webhooks;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows webhooks. An address may hold a secret in its path or query: people see where it goes, and no more.</summary>
internal sealed class WebhookView(Terminal terminal)
{
    private static readonly string[] Columns = ["Webhook", "Tenant", "Goes to", "Added", "Waiting", "Last answer", "State"];

    /// <summary>A new one, with the secret that nobody sees again.</summary>
    public void Show(Webhook webhook, byte[] secret)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(WebhookOutput.Of(webhook) with { Secret = WebhookSigning.Show(secret) });
            return;
        }

        terminal.Text.WriteLine(WebhookSigning.Show(secret));
        terminal.Error.WriteLine(
            $"Webhook {webhook.Id} tells {HostOf(webhook)} of jobs of tenant {webhook.Tenant}. The secret is not shown again; its receiver " +
            "checks signatures with it (standardwebhooks.com).");
    }

    /// <summary>All.</summary>
    public void Show(IReadOnlyList<Webhook> webhooks)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(webhooks.Select(WebhookOutput.Of));
        }
        else if (webhooks.Count == 0)
        {
            terminal.Text.WriteLine("No webhooks yet. `batchllm webhooks add URL` adds one.");
        }
        else
        {
            terminal.Ansi.Write(Table(webhooks));
        }
    }

    /// <summary>That one is no more.</summary>
    public void ShowRemoved(long id)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new Removed(id));
        }
        else
        {
            terminal.Text.WriteLine($"Webhook {id} is removed.");
        }
    }

    private static Table Table(IReadOnlyList<Webhook> webhooks)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Columns);
        foreach (var webhook in webhooks)
        {
            table.AddRow(Cells(webhook).Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static IEnumerable<string> Cells(Webhook webhook) =>
    [
        webhook.Id.ToString(CultureInfo.InvariantCulture),
        webhook.Tenant,
        HostOf(webhook),
        Time(webhook.CreatedAt),
        webhook.Waiting.ToString("N0", CultureInfo.InvariantCulture),
        webhook.LastStatus?.ToString(CultureInfo.InvariantCulture) ?? "none",
        webhook.RemovedAt is { } end ? $"removed {Time(end)}" : "in use",
    ];

    private static string HostOf(Webhook webhook) => new Uri(webhook.Url).GetLeftPart(UriPartial.Authority);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Removed([property: System.Text.Json.Serialization.JsonPropertyName("removed")] long Id);

    private sealed record WebhookOutput(
        long Webhook, string Tenant, string GoesTo, DateTimeOffset CreatedAt, DateTimeOffset? RemovedAt, long Waiting, int? LastStatus)
    {
        public string? Secret { get; init; }

        public static WebhookOutput Of(Webhook webhook) => new(
            webhook.Id, webhook.Tenant, HostOf(webhook), webhook.CreatedAt, webhook.RemovedAt, webhook.Waiting, webhook.LastStatus);
    }
}
