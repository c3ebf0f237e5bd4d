using System.CommandLine;
using BatchLLM.Blobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Postgres.Private;

namespace BatchLLM.Host.Commands;

/// <summary>What the jobs of a service may name.</summary>
internal sealed class RootOptions
{
    private readonly Option<string[]> _root = new("--root")
    {
        Description = "Folder, az:// or s3:// address that jobs may read from and write to, with all below it; may be given more " +
            "than once. Relative paths are relative to the first folder. Default: service/ in your data directory.",
        HelpName = "address",
    };

    private readonly Option<string[]> _models = new("--models")
    {
        Description = "Folder that holds the models that jobs may name; may be given more than once. Default: models/ in your " +
            "data directory.",
        HelpName = "dir",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_root);
        command.Options.Add(_models);
    }

    /// <summary>The roots of one command line; the default folders are made if they are not there.</summary>
    /// <exception cref="UsageException">A folder of models is not there.</exception>
    /// <exception cref="BatchLLMException">A root is a pattern, or no address.</exception>
    public JobRoots Read(ParseResult parsed) => new(
        parsed.GetValue(_root) is { Length: > 0 } roots
            ? [.. roots.Select(root => BlobUri.FromText(root, Directory.GetCurrentDirectory()))]
            : [BlobUri.FromText(DefaultFolder("service"), "/")],
        new ModelRoots(parsed.GetValue(_models) is { Length: > 0 } models
            ? [.. models.Select(FolderOf)]
            : [DefaultFolder("models")]));

    private static string FolderOf(string path) => Directory.Exists(path)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
        : throw new UsageException($"--models {path}: there is no such folder.");

    /// <summary>A folder of the data directory; made if it is not there.</summary>
    internal static string DefaultFolder(string name)
    {
        var cluster = PrivateClusterOptions.FromEnvironment(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);
        return Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(cluster.Directory)!, name)).FullName;
    }
}
