using System.Collections.Concurrent;

namespace BatchLLM.Postgres;

/// <summary>The project's statements, one per file, by their path: <c>Jobs/find_job.sql</c>.</summary>
internal static class EmbeddedSql
{
    private static readonly ConcurrentDictionary<string, string> Loaded = new(StringComparer.Ordinal);

    internal static string Load(string path) => Loaded.GetOrAdd(path, Read);

    internal static IReadOnlyList<string> Paths(string folder) =>
    [
        .. typeof(EmbeddedSql).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string Read(string path)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream(path)
            ?? throw new ArgumentException($"No statement is embedded as '{path}'.", nameof(path));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
