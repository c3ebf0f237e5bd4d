using System.Reflection;

namespace BatchLLM.Cuda.Compilation;

/// <summary>The kernels' sources, which this assembly carries.</summary>
internal static class KernelSources
{
    private const string SourceSuffix = ".cu";
    private const string HeaderSuffix = ".h";

    /// <summary>Names of all sources, without their extension.</summary>
    public static IReadOnlyList<string> Names { get; } = Resources(SourceSuffix);

    /// <summary>All headers. // (file name, text)</summary>
    public static IReadOnlyList<(string Name, string Text)> Headers { get; } =
        [.. Resources(HeaderSuffix).Select(name => (name + HeaderSuffix, Read(name + HeaderSuffix)))];

    /// <summary>A source's text.</summary>
    /// <param name="name">File below kernels/, without its extension.</param>
    public static string Text(string name) => Names.Contains(name)
        ? Read(name + SourceSuffix)
        : throw new ArgumentException($"There is no kernel source '{name}'; there are {string.Join(", ", Names)}.", nameof(name));

    private static List<string> Resources(string suffix) =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(suffix, StringComparison.Ordinal))
            .Select(name => name[..^suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
