using System.CommandLine;
using System.Globalization;
using BatchLLM.Access;

namespace BatchLLM.Host.Commands;

/// <summary>What a new key is to allow.</summary>
internal sealed class NewKeyOptions
{
    private const int LongestName = 100;

    private readonly Option<string> _tenant = new("--tenant")
    {
        Description = "Whose jobs the key is about: a-z, 0-9, dot, dash and underscore.",
        HelpName = "name",
        DefaultValueFactory = _ => "default",
    };

    private readonly Option<AccessRole> _role = new("--role")
    {
        Description = "read: jobs and results. submit: and submit, pause, cancel. admin: and every tenant.",
        DefaultValueFactory = _ => AccessRole.Submit,
    };

    private readonly Option<string> _name = new("--name")
    {
        Description = "Who has it, or what for.",
        HelpName = "text",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int?> _days = new("--days")
    {
        Description = "How long it works; until it is revoked without.",
        HelpName = "number",
    };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_tenant);
        command.Options.Add(_role);
        command.Options.Add(_name);
        command.Options.Add(_days);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="UsageException">One of them is of no use.</exception>
    public NewApiKey Read(ParseResult parsed)
    {
        var tenant = TenantName.Parse(parsed.GetValue(_tenant)!, _tenant.Name);
        var (name, days) = (parsed.GetValue(_name)!, parsed.GetValue(_days));
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"--name: expected at most {LongestName} characters in one line."));
        }

        return days is < 1 or > 36_500
            ? throw new UsageException("--days: expected 1 to 36500.")
            : new NewApiKey(tenant, parsed.GetValue(_role), name, days is { } count ? TimeSpan.FromDays(count) : null);
    }
}
