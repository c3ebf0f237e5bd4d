namespace BatchLLM.Tests.Blobs;

/// <summary>A directory of its own for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("batchllm-blobs-").FullName;

    public string Uri => "file://" + Path;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
