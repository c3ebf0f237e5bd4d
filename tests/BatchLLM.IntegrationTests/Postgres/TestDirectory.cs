namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A directory for one cluster, whose parent everybody may enter; gone after the test.</summary>
internal sealed class TestDirectory(string name = "postgres") : IDisposable
{
    private const long RoomForAllTests = 2L << 30;

    internal string Parent { get; } =
        Directory.CreateDirectory(System.IO.Path.Combine(Root(), $"bt-{Guid.NewGuid():n}"[..12])).FullName;

    internal string Path => System.IO.Path.Combine(Parent, name);

    public void Dispose() => Directory.Delete(Parent, recursive: true);

    // In memory where there is room: the server writes each of some hundred databases through to the disk.
    private static string Root() => Directory.Exists("/dev/shm")
        && new DriveInfo("/dev/shm").AvailableFreeSpace > RoomForAllTests
            ? "/dev/shm"
            : System.IO.Path.GetTempPath();
}
