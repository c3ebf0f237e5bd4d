namespace BatchLLM.Postgres.Private;

/// <summary>Where a private cluster lives and what runs it.</summary>
public sealed record PrivateClusterOptions
{
    /// <summary>Absolute path of the directory that holds the cluster's data, locks and log, and nothing else.</summary>
    public required string Directory { get; init; }

    /// <summary>Directories with PostgreSQL's programs that are tried before the usual places.</summary>
    public IReadOnlyList<string> BinaryDirectories { get; init; } = [];

    /// <summary>How long the server may take to start, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The defaults of an environment: <c>$BATCHLLM_DATA/postgres</c>, else
    /// <c>$XDG_DATA_HOME/batchllm/postgres</c> or <c>~/.local/share/batchllm/postgres</c>; for root
    /// <c>/var/lib/batchllm/postgres</c>, because PostgreSQL refuses to run as root, and the account that it then runs
    /// as cannot enter root's home. Programs are found through <c>PATH</c>.
    /// </summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <param name="isRoot">True if this process is root's.</param>
    public static PrivateClusterOptions FromEnvironment(Func<string, string?> variable, bool isRoot)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new PrivateClusterOptions
        {
            Directory = Path.GetFullPath(Path.Combine(DataHome(variable, isRoot), "postgres")),
            BinaryDirectories = (variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        };
    }

    private static string DataHome(Func<string, string?> variable, bool isRoot)
    {
        if (variable("BATCHLLM_DATA") is { Length: > 0 } data)
        {
            return data;
        }

        if (isRoot)
        {
            return "/var/lib/batchllm";
        }

        // The XDG base directory specification says to ignore a relative path.
        if (variable("XDG_DATA_HOME") is ['/', ..] dataHome)
        {
            return Path.Combine(dataHome, "batchllm");
        }

        var home = variable("HOME") is { Length: > 0 } set
            ? set
            : throw new BatchLLMException(
                "Neither BATCHLLM_DATA nor HOME is set, so there is no place for the private database. Set " +
                "BATCHLLM_DATA to a directory, or give the address of a database.");
        return Path.Combine(home, ".local", "share", "batchllm");
    }
}
