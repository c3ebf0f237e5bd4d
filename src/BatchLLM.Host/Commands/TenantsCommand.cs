using System.CommandLine;
using System.Globalization;
using BatchLLM.Host.Display;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm tenants [limit NAME SHARDS]</c>.</summary>
internal static class TenantsCommand
{
    private const string NoLimit = "none";

    public static Command Create()
    {
        var database = CommonOptions.Database();
        return new Command("tenants", "Shows whose jobs wait and run, and how many shards workers may hold for each.") { database, CreateLimit() }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                new TenantView(terminal).Show(await session.Tenants.ListAsync(cancellationToken));
                return ExitCodes.Ok;
            });
    }

    private static Command CreateLimit()
    {
        var tenant = new Argument<string>("tenant") { Description = "Its name; it need not have anything yet." };
        var shards = new Argument<string>("shards")
        {
            Description = $"Shards that workers may hold of its jobs at once, all together; {NoLimit} for any number. A shard is 1,024 rows or what its job says.",
        };
        var database = CommonOptions.Database();
        return new Command("limit", "Bounds what workers do for a tenant at once, from the next window on.") { tenant, shards, database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                var (name, most) = (TenantName.Parse(parsed.GetValue(tenant)!, tenant.Name), Shards(parsed.GetValue(shards)!));
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                await session.Tenants.LimitAsync(name, most, cancellationToken);
                new TenantView(terminal).Show([.. (await session.Tenants.ListAsync(cancellationToken)).Where(one => one.Name == name)]);
                return ExitCodes.Ok;
            });
    }

    private static int? Shards(string text) =>
        text == NoLimit ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shards) && shards > 0 ? shards
        : throw new UsageException($"shards is '{text}'; expected a number from 1 on, or {NoLimit}.");
}
