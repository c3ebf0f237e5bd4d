using System.CommandLine;

namespace BatchLLM.Host.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>The server that holds the state.</summary>
    public static Option<string?> Database() => new("--database")
    {
        Description = "PostgreSQL: a postgres:// URL or key=value pairs. Default: BATCHLLM_DATABASE, " +
            "else a private cluster under your data directory.",
        HelpName = "address",
    };

    /// <summary>Machine-readable output.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON object on standard output; progress goes to standard error.",
    };

    /// <summary>Details for a bug report.</summary>
    public static Option<bool> StackTrace() => new("--stack-trace")
    {
        Description = "With an error, show where in the program it came from.",
    };
}
