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
    private readonly List<(string Who, Func<BlobPath, bool> Catches)> _patterns = [];
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal); // by their unescaped address, who reads it
    private readonly List<(ComingFirings Schedule, string Address)> _coming;
    private readonly Dictionary<string, Func<BlobPath, bool>> _foreseen = new(StringComparer.Ordinal); // files side by side have the same

    /// <summary>Takes who there is.</summary>
    public ResultReferences(ResultReaders readers)
    {
        _coming = [.. readers.Schedules.SelectMany(schedule => AddressesOf(schedule).Select(address => (schedule, address)))];
        foreach (var job in readers.Jobs)
        {
            Add(job, string.Create(CultureInfo.InvariantCulture, $"job {job.Id} ({job.Name})"));
        }
    }

    /// <summary>Who is to read one of some files; null for nobody.</summary>
    /// <param name="files">Absolute, without globs, the links on the way to them followed.</param>
    public string? Find(IEnumerable<string> files) => files.Select(Find).OfType<string>().FirstOrDefault();

    /// <summary>What a job's address catches, which may hold globs; links on the way to it are followed. In doubt, everything.</summary>
    public static Func<BlobPath, bool> Catching(string address)
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

    private string? Find(string file)
    {
        var path = BlobPath.Of(file);
        return _files.GetValueOrDefault(Uri.UnescapeDataString(file))
            ?? _patterns.Find(entry => entry.Catches(path)).Who
            ?? (_coming.Find(entry => MayRead(entry.Schedule, entry.Address, file, path)).Schedule is { } schedule ? $"the schedule {schedule.Name}" : null);
    }

    private bool MayRead(ComingFirings schedule, string address, string file, BlobPath path) =>
        DatePlaceholder.Foresee(address, schedule.Name, schedule.Earliest, file).Any(foreseen => CatchingForeseen(foreseen)(path));

    private Func<BlobPath, bool> CatchingForeseen(string address) =>
        _foreseen.TryGetValue(address, out var catches) ? catches : _foreseen[address] = Catching(address);

    private static IEnumerable<string> AddressesOf(ComingFirings schedule)
    {
        var addresses = JobAddresses.Of(schedule.SpecJson);
        return addresses.Since is { } since ? addresses.Inputs.Append(FilesOf(since)) : addresses.Inputs;
    }

    private static string FilesOf(string output) => $"{output.TrimEnd('/')}/*";
}
