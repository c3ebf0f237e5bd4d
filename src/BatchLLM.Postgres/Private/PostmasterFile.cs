using System.Globalization;

namespace BatchLLM.Postgres.Private;

/// <summary>The server's own note of itself, <c>postmaster.pid</c> (PostgreSQL, "Database File Layout").</summary>
/// <param name="Text">The whole file.</param>
/// <param name="ProcessId">The server process that wrote it.</param>
/// <param name="IsReady">True once it takes connections.</param>
internal sealed record PostmasterFile(string Text, int ProcessId, bool IsReady)
{
    internal static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "postmaster.pid");

    /// <summary>Null if there is none, so no server either.</summary>
    internal static PostmasterFile? Read(string dataDirectory)
    {
        try
        {
            return Parse(File.ReadAllText(PathIn(dataDirectory)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Line 1 is the process; line 8 the status, padded with spaces, once there is one.
    internal static PostmasterFile Parse(string text)
    {
        var lines = text.Split('\n');
        _ = int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var processId);
        return new PostmasterFile(text, processId, lines.Length > 7 && lines[7].Trim() == "ready");
    }

    /// <summary>
    /// False if the file outlived its server: after a kill -9, and after a restart of the machine or the container,
    /// when the number may belong to any other process. The server itself takes any living process of the same account
    /// for a rival, and a container's small numbers make that likely.
    /// </summary>
    internal bool IsAlive() => Directory.Exists("/proc/self") ? IsAliveInProc() : ProcessId > 0;

    private bool IsAliveInProc()
    {
        var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}");
        if (!IsPostgres(process))
        {
            return false;
        }

        // A server works in its data directory, so it sees the same note there. Root in a container may not look.
        return !Directory.Exists(process + "/cwd") || Sees(process + "/cwd/postmaster.pid");
    }

    // "17 (postgres) S 1 ...": a zombie (Z) is over, only nobody has asked how it ended.
    private static bool IsPostgres(string process)
    {
        try
        {
            var stat = File.ReadAllText(process + "/stat");
            return stat.Contains("(postgres)", StringComparison.Ordinal)
                && stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool Sees(string path)
    {
        try
        {
            return File.ReadAllText(path).Split('\n')[0] == Text.Split('\n')[0];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
