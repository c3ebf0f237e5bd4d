using BatchLLM.Checkpoints;
using BatchLLM.Dashboard;
using BatchLLM.Host.Service.Access;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Looks at the models that jobs may name.</summary>
/// <param name="roots">Where they are.</param>
/// <param name="time">The clock.</param>
internal sealed class ModelFolders(JobRoots roots, TimeProvider time)
{
    private const int Levels = 2; // models/tiny and models/meta/llama-8b

    private static readonly string[] Configurations = ["config.json", "genai_config.json"];

    // Looking reads the header of every file of tensors.
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private (long Since, IReadOnlyList<ModelShelfEntry> Models)? _last;

    /// <summary>The models, by name. Takes as long as their files' headers do.</summary>
    public IReadOnlyList<ModelShelfEntry> Read()
    {
        lock (_lock)
        {
            if (_last is not { } last || time.GetElapsedTime(last.Since) >= Trust)
            {
                last = (time.GetTimestamp(), [.. Names().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Look)]);
                _last = last;
            }

            return last.Models;
        }
    }

    private IEnumerable<string> Names() => roots.Models.Folders
        .Where(Directory.Exists)
        .SelectMany(folder => Below(folder, Levels).Select(path => Path.GetRelativePath(folder, path)))
        .Where(name => roots.Models.Find(name) is not null);

    private static IEnumerable<string> Below(string folder, int levels) => Directory.EnumerateDirectories(folder)
        .SelectMany(path => Configurations.Any(name => File.Exists(Path.Combine(path, name))) ? [path]
            : levels > 1 ? Below(path, levels - 1)
            : []);

    private ModelShelfEntry Look(string name)
    {
        var model = ModelInspection.Of(roots.Models.Find(name)!);
        return new ModelShelfEntry(
            name,
            model.Config?.Architecture,
            model.ParameterCount,
            model.Quantization.Label,
            model.Groups.Sum(group => group.SizeInBytes),
            model.Config?.ContextLength,
            model.Problems);
    }
}
