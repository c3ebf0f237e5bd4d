using System.Globalization;
using System.Text.RegularExpressions;

namespace BatchLLM.Postgres.Private;

/// <summary>An installed PostgreSQL.</summary>
/// <param name="Directory">Holds initdb, pg_ctl and postgres.</param>
/// <param name="Major">Its major version: data directories of another one do not fit.</param>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    // Debian and Ubuntu; Red Hat; Alpine; Homebrew on both kinds of Mac; Postgres.app.
    internal static readonly IReadOnlyList<string> UsualPlaces =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin", "/usr/local/pgsql/bin",
    ];

    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    internal string InitDb => Path.Combine(Directory, "initdb");

    internal string PgCtl => Path.Combine(Directory, "pg_ctl");

    /// <summary>
    /// The installation that fits the data directory; without one, the first of the preferred directories, else the
    /// newest.
    /// </summary>
    /// <param name="preferred">Directories, the first one first.</param>
    /// <param name="usual">Patterns of directories, the newest version first: <see cref="UsualPlaces"/>.</param>
    /// <param name="layout">Where the data directory would be.</param>
    /// <param name="token">Ends the search.</param>
    /// <exception cref="BatchLLMException">There is none, or none that fits.</exception>
    internal static async Task<PostgresBinaries> FindAsync(
        IReadOnlyList<string> preferred, IReadOnlyList<string> usual, ClusterLayout layout, CancellationToken token)
    {
        var first = await IdentifyAsync(preferred, token);
        var others = await IdentifyAsync(usual.SelectMany(Expand), token);
        PostgresBinaries[] all = [.. first, .. others.OrderByDescending(one => one.Major)];
        if (all.Length == 0)
        {
            throw new BatchLLMException(
                "PostgreSQL is not installed: initdb, pg_ctl and postgres are neither in PATH nor in " +
                "/usr/lib/postgresql/*/bin. Run 'apt-get install postgresql' (or your system's like); batchllm starts a private " +
                "server of its own when it needs one and does not touch the system's. Or give the address of a database.");
        }

        var wanted = await DataMajorAsync(layout, token);
        return wanted is null ? all[0] : all.FirstOrDefault(one => one.Major == wanted) ?? throw Unfit(layout, wanted, all);
    }

    private static BatchLLMException Unfit(ClusterLayout layout, int? wanted, IEnumerable<PostgresBinaries> all) => new(
        $"The private database in {layout.Data} was made by PostgreSQL {wanted}, but installed is " +
        $"{string.Join(" and ", all.Select(one => one.Major).Distinct())}. Install PostgreSQL {wanted} beside it " +
        $"('apt-get install postgresql-{wanted}'), or bring the data over with pg_upgrade; if the jobs recorded there " +
        $"do not matter, remove {layout.Directory}.");

    private static async Task<int?> DataMajorAsync(ClusterLayout layout, CancellationToken token)
    {
        var path = Path.Combine(layout.Data, "PG_VERSION");
        return File.Exists(path)
            ? int.Parse((await File.ReadAllTextAsync(path, token)).Trim(), CultureInfo.InvariantCulture)
            : null;
    }

    private static async Task<IReadOnlyList<PostgresBinaries>> IdentifyAsync(
        IEnumerable<string> directories, CancellationToken token)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in directories.Where(HasPrograms))
        {
            var version = await Tool.RunAsync([Path.Combine(directory, "postgres"), "--version"], "/", token);
            if (VersionLine().Match(version.Output) is { Success: true } match)
            {
                found.Add(new PostgresBinaries(directory, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    // The client package alone has neither; Debian's PATH has wrappers for psql but none of these.
    private static bool HasPrograms(string directory) =>
        Path.IsPathRooted(directory)
        && Programs.All(name => File.Exists(Path.Combine(directory, name)));

    // At most one star, and within one name.
    private static IEnumerable<string> Expand(string pattern)
    {
        var parts = pattern.Split('/');
        var star = Array.FindIndex(parts, part => part.Contains('*'));
        if (star < 0)
        {
            return [pattern];
        }

        var parent = string.Join('/', parts[..star]);
        return System.IO.Directory.Exists(parent)
            ? System.IO.Directory.EnumerateDirectories(parent, parts[star])
                .Select(directory => Path.Combine([directory, .. parts[(star + 1)..]]))
            : [];
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionLine();
}
