using System.Globalization;

namespace BatchLLM.Postgres.Private;

/// <summary>
/// The account that runs the server. PostgreSQL refuses root, so root hands over to an account that exists anyway:
/// <c>postgres</c> where Debian's package made it, else <c>nobody</c>.
/// </summary>
/// <param name="Name">Null for the account of this process.</param>
/// <param name="UserId">Numeric user.</param>
/// <param name="GroupId">Its group.</param>
internal sealed record ServerAccount(string? Name, int UserId, int GroupId)
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    /// <summary>
    /// The account of this process; for root, the owner of the data, and without data the account that stands in.
    /// </summary>
    internal static async Task<ServerAccount> ChooseAsync(ClusterLayout layout, bool isRoot, CancellationToken token)
    {
        if (!isRoot)
        {
            return new ServerAccount(null, 0, 0);
        }

        if (Directory.Exists(layout.Data))
        {
            var owner = await Tool.RunAsync(["stat", "--format=%U:x:%u:%g", layout.Data], "/", token);
            return Parse(owner.Output.Trim().Split(':'));
        }

        var accounts = (await File.ReadAllLinesAsync("/etc/passwd", token)).Select(line => line.Split(':')).ToArray();
        return Candidates
            .Select(name => accounts.FirstOrDefault(account => account[0] == name))
            .OfType<string[]>()
            .Select(Parse)
            .FirstOrDefault()
            ?? throw new BatchLLMException(
                "PostgreSQL does not run as root, and /etc/passwd has neither an account 'postgres' nor 'nobody' to " +
                "run it as. Run batchllm as another user, or give the address of a database.");
    }

    /// <summary>The command that runs <paramref name="command"/> as this account.</summary>
    /// <remarks>setpriv, not su: it needs no login shell and no quoting, and every util-linux has it.</remarks>
    internal IReadOnlyList<string> Command(params IReadOnlyList<string> command) => Name is null
        ? command
        : [
            "setpriv",
            string.Create(CultureInfo.InvariantCulture, $"--reuid={UserId}"),
            string.Create(CultureInfo.InvariantCulture, $"--regid={GroupId}"),
            "--clear-groups",
            "--",
            .. command,
        ];

    /// <summary>
    /// Makes a directory that only this account, and root, can enter. Of one that is there already, it makes sure that
    /// it is ours: changing the mode of a stranger's directory fails.
    /// </summary>
    /// <param name="directory">Absolute path.</param>
    /// <param name="files">Paths of files in it that the account shall own as well; made empty where they are not there.</param>
    /// <param name="token">Ends the waiting.</param>
    internal async Task OwnAsync(string directory, IReadOnlyList<string> files, CancellationToken token)
    {
        try
        {
            MakePrivate(directory);
            foreach (var file in files)
            {
                // Not opened where it is there: an open file would hold the lock that it is for.
                await using var made = File.Exists(file) ? null : FileLock.TryShared(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BatchLLMException(
                $"The private database's directory {directory} cannot be made or is not this user's: " +
                $"{exception.Message} Set BATCHLLM_DATA to a directory that is.",
                innerException: exception);
        }

        if (Name is not null)
        {
            await HandOverAsync(directory, files, token);
        }
    }

    private static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new BatchLLMException("A private database needs Unix. Give the address of a database.");
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        Directory.CreateDirectory(directory, OwnerOnly);
        File.SetUnixFileMode(directory, OwnerOnly);
    }

    private async Task HandOverAsync(string directory, IReadOnlyList<string> files, CancellationToken token)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"{UserId}:{GroupId}");
        await Tool.RunAsync(["chown", owner, directory, .. files], "/", token);
        var entered = await Tool.RunAsync(Command("test", "-w", directory + "/."), "/", token);
        if (entered.ExitCode != 0)
        {
            throw new BatchLLMException(
                $"PostgreSQL does not run as root, and the account {Name} that would run it cannot use {directory}. " +
                "Let it enter the directories above (chmod a+x), or set BATCHLLM_DATA to another place.");
        }
    }

    // name:password:user:group, as in passwd(5).
    private static ServerAccount Parse(string[] parts) => new(
        parts[0], int.Parse(parts[2], CultureInfo.InvariantCulture), int.Parse(parts[3], CultureInfo.InvariantCulture));
}
