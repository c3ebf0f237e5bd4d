using System.Globalization;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>Keeps a worker's model open from job to job, while the next one needs the same and nobody changed its files.</summary>
/// <param name="device">The worker's device; null for the one that a job names.</param>
internal sealed class ModelShelf(WorkerDevice? device) : IDisposable
{
    private (string Stamp, IJobModel Model)? _kept;

    /// <summary>The model of a job; open until another one is asked for.</summary>
    /// <exception cref="BatchLLMException">A file is missing or wrong, or the device cannot be used.</exception>
    public IJobModel Open(JobSpec job)
    {
        var spec = device is null ? job : device.Place(job);
        var stamp = Stamp(spec);
        if (_kept?.Stamp != stamp)
        {
            Dispose();
            _kept = (stamp, IJobModel.Open(spec));
        }

        return _kept.Value.Model;
    }

    public void Dispose()
    {
        _kept?.Model.Dispose();
        _kept = null;
    }

    // Sizes and times tell a changed file well enough, as they do for inputs; a digest would read all weights again.
    private static string Stamp(JobSpec spec)
    {
        var directory = new DirectoryInfo(spec.Model);
        var files = directory.Exists ? directory.EnumerateFiles("*", SearchOption.AllDirectories) : [];
        var stamps = files.OrderBy(file => file.FullName, StringComparer.Ordinal).Select(file => string.Create(
            CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
        return string.Join('\n', stamps.Prepend($"{spec.Engine} {spec.Device} {spec.Model}"));
    }
}
