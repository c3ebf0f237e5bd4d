using System.Globalization;
using BatchLLM.Access;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows tenants.</summary>
internal sealed class TenantView(Terminal terminal)
{
    private static readonly string[] Columns = ["Tenant", "Queued", "Running", "Paused", "Shards held", "At most"];

    /// <summary>Some of them.</summary>
    public void Show(IReadOnlyList<Tenant> tenants)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(tenants.Select(TenantOutput.Of));
        }
        else if (tenants.Count == 0)
        {
            terminal.Text.WriteLine("No tenants yet: no job, no key, no limit.");
        }
        else
        {
            terminal.Ansi.Write(Table(tenants));
        }
    }

    private static Table Table(IReadOnlyList<Tenant> tenants)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Columns);
        foreach (var tenant in tenants)
        {
            table.AddRow(
                Markup.Escape(tenant.Name), Number(tenant.Queued), Number(tenant.Running), Number(tenant.Paused), Number(tenant.LeasedShards),
                tenant.MostLeasedShards is { } most ? Number(most) : "any number");
        }

        return table;
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record TenantOutput(string Tenant, int Queued, int Running, int Paused, int LeasedShards, int? MostLeasedShards)
    {
        public static TenantOutput Of(Tenant tenant) => new(
            tenant.Name, tenant.Queued, tenant.Running, tenant.Paused, tenant.LeasedShards, tenant.MostLeasedShards);
    }
}
