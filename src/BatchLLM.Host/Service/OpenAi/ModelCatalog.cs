using BatchLLM.Host.Service.Access;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>The models that requests may name: directories below the service's model folders, by their paths there.</summary>
/// <param name="roots">The folders.</param>
internal sealed class ModelCatalog(JobRoots roots)
{
    private const int Deepest = 3; // publisher/model/variant

    private static readonly string[] Marks = ["tokenizer.json", "tokenizer.model"];

    /// <summary>All models, by name. Of two of one name, the one in the folder that was given first.</summary>
    public IReadOnlyList<ModelView> List() =>
    [
        .. roots.Models.Folders.SelectMany(folder => NamesBelow(folder, folder, Deepest))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(Find)
            .OfType<ModelView>(),
    ];

    /// <summary>A model; null if there is none of this name.</summary>
    public ModelView? Find(string name) => DirectoryOf(name) is { } directory
        ? new ModelView(name, "model", new DateTimeOffset(Directory.GetLastWriteTimeUtc(directory)).ToUnixTimeSeconds(), "batchllm")
        : null;

    /// <summary>The directory of a model; null if there is none of this name.</summary>
    public string? DirectoryOf(string name) =>
        !Path.IsPathRooted(name) && roots.Models.Find(name) is { } directory && IsModel(directory) ? directory : null;

    private static IEnumerable<string> NamesBelow(string folder, string directory, int depth)
    {
        foreach (var below in depth == 0 ? [] : DirectoriesIn(directory))
        {
            if (IsModel(below))
            {
                yield return Path.GetRelativePath(folder, below);
                continue;
            }

            foreach (var name in NamesBelow(folder, below, depth - 1))
            {
                yield return name;
            }
        }
    }

    private static string[] DirectoriesIn(string directory) => Directory.GetDirectories(
        directory, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden });

    private static bool IsModel(string directory) => Marks.Any(mark => File.Exists(Path.Combine(directory, mark)));
}
