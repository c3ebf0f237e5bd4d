using System.Globalization;

namespace BatchLLM.Postgres.Private;

/// <summary>Makes, starts and stops one server. Whoever calls it holds the cluster's start lock.</summary>
internal sealed class ClusterServer(
    ClusterLayout layout, PostgresBinaries binaries, ServerAccount account, TimeSpan startTimeout, TimeProvider time)
{
    internal const string User = "batchllm";
    internal const string Database = "postgres";

    private const long LongestLog = 10 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Durable like any server, but small: few connections for each of a few processes, and a few changes a second. Statements are not logged,
    // because a job's spec holds prompt text.
    private static readonly string[] Settings =
    [
        "listen_addresses=", "unix_socket_permissions=0700", "max_connections=100", "shared_buffers=32MB",
        "fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_level=minimal", "max_wal_senders=0",
        "max_wal_size=256MB", "jit=off", "max_parallel_workers_per_gather=0", "logging_collector=off",
        "log_destination=stderr", "log_min_error_statement=panic", "timezone=UTC",
    ];

    /// <summary>Makes the data directory, unless it is there.</summary>
    /// <exception cref="BatchLLMException">The disk is full, or initdb failed otherwise.</exception>
    internal async Task InitializeAsync(CancellationToken token)
    {
        if (Directory.Exists(layout.Data))
        {
            return;
        }

        DiscardBegun();
        try
        {
            var made = await Tool.RunAsync(
                account.Command(
                    binaries.InitDb, "--pgdata=" + layout.NewData, "--username=" + User, "--auth=trust",
                    "--encoding=UTF8", "--locale=C", "--data-checksums"),
                layout.Directory,
                token);
            if (made.ExitCode != 0)
            {
                throw InitializationFailed(made);
            }

            Directory.Move(layout.NewData, layout.Data);
        }
        finally
        {
            DiscardBegun();
        }
    }

    /// <summary>Returns once the server takes connections; at once if it does already.</summary>
    /// <exception cref="BatchLLMException">It does not start.</exception>
    internal async Task StartAsync(CancellationToken token)
    {
        var start = time.GetTimestamp();
        while (PostmasterFile.Read(layout.Data) is { } note)
        {
            if (!note.IsAlive())
            {
                File.Delete(PostmasterFile.PathIn(layout.Data));
            }
            else if (note.IsReady)
            {
                return;
            }
            else if (time.GetElapsedTime(start) > startTimeout)
            {
                throw NotStarted("it is neither ready nor gone");
            }
            else
            {
                await Task.Delay(Pause, time, token);
            }
        }

        await LaunchAsync(start, token);
    }

    /// <summary>Stops the server; its clients lose their connections.</summary>
    internal Task StopAsync(CancellationToken token) => Tool.RunAsync(
        account.Command(binaries.PgCtl, "stop", "--pgdata=" + layout.Data, "--mode=fast", "--wait", "--silent"),
        layout.Directory,
        token);

    private async Task LaunchAsync(long start, CancellationToken token)
    {
        // The socket has a note of its own, with the same number; nobody listens there now.
        File.Delete(layout.SocketLock);
        if (new FileInfo(layout.Log) is { Exists: true, Length: > LongestLog })
        {
            File.Move(layout.Log, layout.Log + ".old", overwrite: true);
        }

        while (true)
        {
            var logged = File.Exists(layout.Log) ? new FileInfo(layout.Log).Length : 0;
            var started = await Tool.RunAsync(LaunchCommand(), layout.Directory, token);
            if (started.ExitCode == 0)
            {
                return;
            }

            // The pg_ctl of a killed process lives on, and may have started the server just before this one could.
            if (PostmasterFile.Read(layout.Data)?.IsAlive() == true)
            {
                await StartAsync(token);
                return;
            }

            // After a kill -9 the other server processes need a moment to notice that theirs is gone.
            var reason = await ReasonAsync(logged, token) ?? started.LastLine;
            if (!reason.Contains("shared memory block", StringComparison.Ordinal)
                || time.GetElapsedTime(start) > startTimeout)
            {
                throw NotStarted(reason);
            }

            await Task.Delay(Pause, time, token);
        }
    }

    private IReadOnlyList<string> LaunchCommand() => account.Command(
        binaries.PgCtl,
        "start",
        "--pgdata=" + layout.Data,
        "--log=" + layout.Log,
        "--options=" + string.Join(' ', Settings.Append($"unix_socket_directories=\"{layout.SocketDirectory}\"")
            .Append(string.Create(CultureInfo.InvariantCulture, $"port={ClusterLayout.Port}"))
            .Select(setting => "-c " + Quote(setting))),
        "--wait",
        "--silent",
        string.Create(CultureInfo.InvariantCulture, $"--timeout={(int)Math.Ceiling(startTimeout.TotalSeconds)}"));

    private BatchLLMException InitializationFailed(ToolResult result) => new(
        result.Output.Contains("No space left on device", StringComparison.Ordinal)
            ? $"The disk is full: the private database in {layout.Directory} needs about 50 MB to begin with. Free some " +
              "space, or set BATCHLLM_DATA to a directory on another disk. What was begun is removed."
            : $"The private database in {layout.Directory} could not be made: {result.LastLine} (initdb, exit code " +
              $"{result.ExitCode}). What was begun is removed.");

    private BatchLLMException NotStarted(string reason) => new(
        $"The private PostgreSQL server in {layout.Directory} does not start: {reason}. Its log is {layout.Log}.",
        isTransient: true);

    // pg_ctl hands the options to a shell.
    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    // Why the server gave up, from what it has logged since; null if it did not come that far.
    private async Task<string?> ReasonAsync(long since, CancellationToken token)
    {
        if (!File.Exists(layout.Log))
        {
            return null;
        }

        await using var log = new FileStream(layout.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = since;
        using var reader = new StreamReader(log);
        var lines = (await reader.ReadToEndAsync(token)).Split('\n');
        return lines.LastOrDefault(line => line.Contains("FATAL:", StringComparison.Ordinal));
    }

    private void DiscardBegun()
    {
        foreach (var directory in layout.BegunData)
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException)
            {
                // The initdb of a killed process still writes there; it fails now, and whoever comes next tidies up.
            }
        }
    }
}
