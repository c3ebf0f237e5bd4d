using System.CommandLine;
using BatchLLM.Access;
using BatchLLM.Host.Display;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm keys create|list|revoke</c>.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Makes, lists and revokes the keys with which others use the service.")
    {
        CreateCreate(),
        CreateList(),
        CreateRevoke(),
    };

    private static Command CreateCreate()
    {
        var options = new NewKeyOptions();
        var database = CommonOptions.Database();
        var command = new Command("create", "Makes a key and prints it, this once.") { database };
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var wanted = options.Read(parsed);
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            var token = AccessToken.Create();
            var key = await session.ApiKeys.CreateAsync(wanted, AccessToken.DigestOf(token)!, cancellationToken);
            new KeyView(terminal).Show(key, token);
            return ExitCodes.Ok;
        });
    }

    private static Command CreateList()
    {
        var database = CommonOptions.Database();
        return new Command("list", "Shows all keys, without the keys themselves.") { database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                new KeyView(terminal).Show(await session.ApiKeys.ListAsync(cancellationToken));
                return ExitCodes.Ok;
            });
    }

    private static Command CreateRevoke()
    {
        var id = new Argument<long>("key") { Description = "A key's number." };
        var database = CommonOptions.Database();
        return new Command("revoke", "Stops a key from working, within seconds.") { id, database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                var number = parsed.GetValue(id);
                if (!await session.ApiKeys.RevokeAsync(number, cancellationToken))
                {
                    throw new UsageException($"There is no key {number}. `batchllm keys list` shows all.");
                }

                new KeyView(terminal).ShowRevoked(number);
                return ExitCodes.Ok;
            });
    }
}
