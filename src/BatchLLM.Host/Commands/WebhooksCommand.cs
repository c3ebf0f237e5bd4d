using System.CommandLine;
using BatchLLM.Host.Display;
using BatchLLM.Jobs;
using BatchLLM.Webhooks;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm webhooks [add URL | remove NUMBER]</c>.</summary>
internal static class WebhooksCommand
{
    private const int LongestUrl = 2048;

    public static Command Create()
    {
        var database = CommonOptions.Database();
        return new Command("webhooks", "Shows where the service says that a job completed, failed, was paused or cancelled.")
        {
            database, CreateAdd(), CreateRemove(),
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            new WebhookView(terminal).Show(await session.Webhooks.ListAsync(cancellationToken));
            return ExitCodes.Ok;
        });
    }

    private static Command CreateAdd()
    {
        var url = new Argument<string>("url") { Description = "Where messages are posted; of the public internet, unless the service has --webhooks any." };
        var tenant = new Option<string>("--tenant")
        {
            Description = "Whose jobs it is about.",
            HelpName = "name",
            DefaultValueFactory = _ => JobSubmission.DefaultTenant,
        };
        var database = CommonOptions.Database();
        return new Command("add", "Adds one and prints its secret, this once: messages are signed with it, by Standard Webhooks.") { url, tenant, database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                var (address, name) = (UrlOf(parsed.GetValue(url)!), TenantName.Parse(parsed.GetValue(tenant)!, tenant.Name));
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                var secret = WebhookSigning.NewSecret();
                new WebhookView(terminal).Show(await session.Webhooks.AddAsync(name, address, secret, cancellationToken), secret);
                return ExitCodes.Ok;
            });
    }

    private static Command CreateRemove()
    {
        var id = new Argument<long>("webhook") { Description = "A webhook's number." };
        var database = CommonOptions.Database();
        return new Command("remove", "Sends nothing to one any more.") { id, database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
                var number = parsed.GetValue(id);
                if (!await session.Webhooks.RemoveAsync(number, cancellationToken))
                {
                    throw new UsageException($"There is no webhook {number} in use. `batchllm webhooks` shows all.");
                }

                new WebhookView(terminal).ShowRemoved(number);
                return ExitCodes.Ok;
            });
    }

    // Not the text itself in the message: it may hold a password.
    private static string UrlOf(string text) =>
        text.Length <= LongestUrl && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            ? uri.AbsoluteUri
            : throw new UsageException($"url: expected http:// or https://, no user, no fragment, at most {LongestUrl} characters.");
}
