using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Postgres.Private;

/// <summary>The places of a private cluster, all derived from its directory, so that all processes agree on them.</summary>
internal sealed class ClusterLayout
{
    internal const int Port = 5432;

    // sun_path holds 104 bytes on macOS and 108 on Linux, with the closing zero.
    private const int MostSocketPathBytes = 100;

    private const string NewDataPrefix = "data.new-";

    internal ClusterLayout(string directory, bool isRoot)
    {
        Directory = directory;
        NewData = Path.Combine(directory, $"{NewDataPrefix}{Guid.NewGuid():N}");
        SocketDirectory = Encoding.UTF8.GetByteCount($"{directory}/.s.PGSQL.{Port}") <= MostSocketPathBytes
            ? directory
            : $"{(isRoot ? "/run" : "/tmp")}/batchllm-{Digest(directory)}";
    }

    internal string Directory { get; }

    /// <summary>Where the server listens; only its own account and root can enter.</summary>
    internal string SocketDirectory { get; }

    /// <summary>The server's note of itself beside its socket.</summary>
    internal string SocketLock => $"{SocketDirectory}/.s.PGSQL.{Port}.lock";

    internal string Data => Path.Combine(Directory, "data");

    /// <summary>
    /// The data directory while initdb fills it: renamed when it is whole, so a crash leaves no half of one. Each attempt
    /// has its own, because a killed process's initdb lives on and goes on writing.
    /// </summary>
    internal string NewData { get; }

    /// <summary>What attempts left behind.</summary>
    internal IEnumerable<string> BegunData => System.IO.Directory.EnumerateDirectories(Directory, NewDataPrefix + "*");

    internal string Log => Path.Combine(Directory, "server.log");

    /// <summary>Locked by whoever starts or stops the server.</summary>
    internal string StartLock => Path.Combine(Directory, "start.lock");

    /// <summary>Shared by all who use the server. A killed process loses its share by itself.</summary>
    internal string UseLock => Path.Combine(Directory, "use.lock");

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
