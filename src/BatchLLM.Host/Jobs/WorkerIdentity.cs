using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>
/// This process's name as a worker: machine, boot, process and its start. After a crash the next process on the same
/// machine sees that the holder of a lease is dead and need not wait until the lease runs out. Containers are machines of
/// their own here, whatever name they share: each counts its processes anew. A wrong guess costs work, not correctness:
/// epochs fence the loser.
/// </summary>
internal static class WorkerIdentity
{
    private static readonly string Machine = $"{Environment.MachineName}/{Boot()}{ProcessNamespace()}";

    /// <summary>The name under which this process leases shards.</summary>
    public static string Current { get; } = NameOf(Process.GetCurrentProcess());

    /// <summary>Hands back the leases of workers that ran on this machine and are no more.</summary>
    public static async Task ReleaseDeadAsync(IJobStore store, long jobId, CancellationToken cancellationToken)
    {
        foreach (var worker in await store.ListWorkersAsync(jobId, cancellationToken))
        {
            if (IsDead(worker))
            {
                await store.ReleaseWorkerAsync(jobId, worker, cancellationToken);
            }
        }
    }

    /// <summary>True if a worker ran on this machine and is no more; false for other machines' workers.</summary>
    public static bool IsDead(string worker)
    {
        var end = worker.LastIndexOf('/');
        var start = end < 0 ? -1 : worker.LastIndexOf('/', end - 1);
        if (start < 0 || worker[..start] != Machine
            || !int.TryParse(worker[(start + 1)..end], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return NameOf(process) != worker;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at, or may not be looked at. Its lease runs out by itself.
            return false;
        }
    }

    private static string NameOf(Process process) => string.Create(
        CultureInfo.InvariantCulture, $"{Machine}/{process.Id}/{StartOf(process)}");

    // As the kernel counts it from the boot (proc(5), stat, field 22), the same for whoever asks. A time of day would not be: each
    // process works it out by its own clock, and one that was set meanwhile, or is read a little later, takes the living for dead.
    private static string StartOf(Process process)
    {
        const int State = 0, Start = 19; // behind the name, which may hold anything
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/stat");
        if (!File.Exists(file))
        {
            return process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
        }

        var stat = File.ReadAllText(file);
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[State] is "Z" or "X" ? "over" : fields[Start];
    }

    // "pid:[4026531836]" says in which count a process number means what.
    private static string? ProcessNamespace() =>
        new FileInfo("/proc/self/ns/pid").LinkTarget is { } link ? $"+{link.Replace("/", "", StringComparison.Ordinal)}" : null;

    private static string Boot()
    {
        const string File = "/proc/sys/kernel/random/boot_id";
        return System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Trim() : "boot";
    }
}
