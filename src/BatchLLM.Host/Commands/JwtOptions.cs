using System.CommandLine;
using BatchLLM.Host.Service;
using BatchLLM.Host.Service.Access;

namespace BatchLLM.Host.Commands;

/// <summary>Whose tokens let callers in besides keys.</summary>
internal sealed class JwtOptions
{
    private readonly Option<string?> _authority = new("--jwt-authority")
    {
        Description = "An identity provider whose JSON Web Tokens let callers in besides keys: the address above its " +
            "/.well-known/openid-configuration. With one, --keys is needed on this machine's addresses, too.",
        HelpName = "url",
    };

    private readonly Option<string?> _audience = new("--jwt-audience")
    {
        Description = "The audience (claim aud) that its tokens must be for.",
        HelpName = "text",
    };

    private readonly Option<string> _tenant = new("--jwt-tenant-claim")
    {
        Description = "The claim that says whose jobs a token is about; a.b for b within a.",
        HelpName = "name",
        DefaultValueFactory = _ => JwtSettings.DefaultTenantClaim,
    };

    private readonly Option<string> _roles = new("--jwt-roles-claim")
    {
        Description = "The claim that says what it allows: batchllm.read, batchllm.submit or batchllm.admin, in an array or between spaces.",
        HelpName = "name",
        DefaultValueFactory = _ => JwtSettings.DefaultRolesClaim,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_authority);
        command.Options.Add(_audience);
        command.Options.Add(_tenant);
        command.Options.Add(_roles);
    }

    /// <summary>The settings of one command line; null if it names no provider.</summary>
    /// <exception cref="UsageException">The provider cannot be asked safely, or something is missing.</exception>
    public JwtSettings? Read(ParseResult parsed)
    {
        var (authority, audience) = (parsed.GetValue(_authority), parsed.GetValue(_audience));
        return (authority, audience) switch
        {
            (null, null) => null,
            (null, _) => throw new UsageException("--jwt-audience says for whom tokens must be, and --jwt-authority whose they are; expected both."),
            (_, null or "") => throw new UsageException("--jwt-authority needs --jwt-audience: a token that the provider made for another service must not do here."),
            _ => new JwtSettings(AuthorityOf(authority), audience)
            {
                TenantClaim = parsed.GetValue(_tenant)!,
                RolesClaim = parsed.GetValue(_roles)!,
            },
        };
    }

    // By plain HTTP, whoever is in between could give keys of his own; a provider on this machine has nobody in between.
    private static Uri AuthorityOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && ListenAddress.IsLoopback(uri.Host)))
            ? uri
            : throw new UsageException("--jwt-authority: expected https:// and no user, query or fragment; http:// only on this machine.");
}
