using System.Globalization;
using BatchLLM.Blobs;
using BatchLLM.Jobs;
using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>
/// Who is yet to read a file, by what jobs and schedules say: their patterns, the files that planned ones found, and the outputs
/// whose answers they take over.
/// </summary>
internal sealed class ResultReferences
{
    private readonly List<(string Who, Func<string, bool> Catches)> _patterns = [];
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal); // by their unescaped address, who reads it
    private readonly IReadOnlyList<ComingFirings> _schedules;

    /// <summary>Takes who there is.</summary>
    public ResultReferences(ResultReaders readers)
    {
        _schedules = readers.Schedules;
        foreach (var job in readers.Jobs)
        {
            Add(job, string.Create(CultureInfo.InvariantCulture, $"job {job.Id} ({job.Name})"));
        }
    }

    /// <summary>Who is to read one of some files; null for nobody.</summary>
    /// <param name="files">Absolute, without globs, the links on the way to them followed.</param>
    public string? Find(IEnumerable<string> files) => files.Select(Find).OfType<string>().FirstOrDefault();

    /// <summary>What a job's address catches, which may hold globs; links on the way to it are followed. In doubt, everything.</summary>
    public static Func<string, bool> Catching(string address)
    {
        try
        {
            return (BlobUri.IsRelative(address)
                ? BlobPattern.ParseText(address)
                : BlobPattern.Parse(ResultAddresses.Follow(BlobUri.FromText(address, "/")))).Matches;
        }
        catch (BatchLLMException)
        {
            return _ => true; // a placeholder stands where a pattern cannot, in the name of a container
        }
    }

    private void Add(LiveJob job, string who)
    {
        var addresses = JobAddresses.Of(job.SpecJson);
        if (addresses.Since is { } since)
        {
            _patterns.Add((who, Catching(FilesOf(since))));
        }

        foreach (var file in job.Inputs ?? [])
        {
            _files[Uri.UnescapeDataString(ResultAddresses.Follow(file))] = who;
        }

        _patterns.AddRange(job.Inputs is null ? addresses.Inputs.Select(input => (who, Catching(input))) : []);
    }

    private string? Find(string file) =>
        _files.GetValueOrDefault(Uri.UnescapeDataString(file))
        ?? _patterns.Find(entry => entry.Catches(file)).Who
        ?? (_schedules.FirstOrDefault(schedule => MayRead(schedule, file)) is { } schedule ? $"the schedule {schedule.Name}" : null);

    private static bool MayRead(ComingFirings schedule, string file)
    {
        var addresses = JobAddresses.Of(schedule.SpecJson);
        return addresses.Inputs.Concat(addresses.Since is { } since ? [FilesOf(since)] : [])
            .SelectMany(address => DatePlaceholder.Foresee(address, schedule.Name, schedule.Earliest, file))
            .Any(address => Catching(address)(file));
    }

    private static string FilesOf(string output) => $"{output.TrimEnd('/')}/*";
}
