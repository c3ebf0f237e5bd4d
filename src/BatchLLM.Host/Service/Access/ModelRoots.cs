using BatchLLM.Blobs.Files;

namespace BatchLLM.Host.Service.Access;

/// <summary>The folders that hold the models that jobs may name.</summary>
/// <param name="folders">Absolute paths.</param>
internal sealed class ModelRoots(IReadOnlyList<string> folders)
{
    /// <summary>The folders.</summary>
    public IReadOnlyList<string> Folders => folders;

    /// <summary>
    /// The model directory that a name means: below the first folder that has one, or an absolute path below any.
    /// </summary>
    /// <returns>Its absolute path; null if there is no such directory, or none below a folder, links followed.</returns>
    public string? Find(string name) => name.Contains('\0')
        ? null
        : folders.Select(folder => Path.GetFullPath(name, folder)).FirstOrDefault(IsModel);

    private bool IsModel(string path) =>
        folders.Any(folder => IsBelow(path, folder))
        && Directory.Exists(path)
        && FileLinks.FollowPath(path) is var real
        && folders.Any(folder => IsBelow(real, FileLinks.FollowPath(folder)));

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);
}
