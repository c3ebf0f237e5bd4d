using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>A folder with a job that echoes, and with a database of its own.</summary>
internal sealed class EchoJob : IDisposable
{
    // A root's database server runs as another account, which must be able to enter.
    private const UnixFileMode Enter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-echo-");
    private readonly string _executable;
    private readonly string _modelDirectory;

    /// <summary>Makes the folder and starts the database.</summary>
    public EchoJob(string executable, string modelDirectory)
    {
        (_executable, _modelDirectory) = (executable, modelDirectory);
        _folder.UnixFileMode |= Enter;
        Run([], "migrate", "--json");
    }

    /// <summary>A path in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Runs the job over an input.</summary>
    /// <param name="changes">Keys of the job file over the usual ones.</param>
    public MeasuredProcess Run(JsonObject changes) => Run([], "run", Save(changes), "--again", "--json");

    /// <summary>Plans the job and keeps it in the database; at that moment the process ends itself.</summary>
    /// <param name="changes">Keys of the job file over the usual ones.</param>
    public MeasuredProcess Plan(JsonObject changes) => Run(
        new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = "JobCreated" }, "run", Save(changes), "--again", "--json");

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private string Save(JsonObject changes)
    {
        var job = new JsonObject
        {
            ["name"] = "echo",
            ["model"] = Path.GetFullPath(_modelDirectory),
            ["input"] = "rows.jsonl",
            ["prompt"] = new JsonObject { ["text"] = "{{body}}" },
            ["engine"] = "echo",
            ["sampling"] = new JsonObject { ["max_tokens"] = 16 },
            ["output"] = new JsonObject { ["uri"] = "out" },
        };
        foreach (var (key, value) in changes)
        {
            job[key] = value?.DeepClone();
        }

        File.WriteAllText(PathOf("job.json"), job.ToJsonString());
        return PathOf("job.json");
    }

    private MeasuredProcess Run(Dictionary<string, string> environment, params string[] arguments)
    {
        environment["BATCHLLM_DATA"] = PathOf("state");
        environment["BATCHLLM_DATABASE"] = "";
        return MeasuredProcess.Run(_executable, environment, arguments);
    }
}
