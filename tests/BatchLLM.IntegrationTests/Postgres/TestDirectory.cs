namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A directory for one cluster, whose parent everybody may enter; gone after the test.</summary>
internal sealed class TestDirectory(string name = "postgres") : IDisposable
{
    private readonly string _parent = Directory.CreateDirectory(
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"bt-{Guid.NewGuid():n}"[..12])).FullName;

    internal string Parent => _parent;

    internal string Path => System.IO.Path.Combine(_parent, name);

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
