using System.Globalization;
using BatchLLM.Blobs;
using BatchLLM.Host.Commands;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Jobs;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>From a request's body to a job whose addresses are absolute and such as this service's jobs may name.</summary>
/// <param name="roots">What they may name.</param>
/// <param name="time">The clock: <c>{{date}}</c> is today, UTC.</param>
internal sealed class JobIntake(JobRoots roots, TimeProvider time)
{
    private const string Source = "body";

    // A path's on Linux; keys in S3 and names in Azure have 1,024. What looks for secrets in an address takes the square of it.
    private const int LongestAddress = 4096;

    /// <summary>Reads a job file.</summary>
    /// <returns>The job, or everything that is wrong with it.</returns>
    public JobFileResult Read(ReadOnlySpan<byte> json)
    {
        var parsed = JobFileLoader.Parse(json, Source);
        return parsed.Spec is { } spec ? Place(spec) : parsed;
    }

    /// <summary>Reads the job file of a schedule that fires.</summary>
    /// <param name="json">The job file.</param>
    /// <param name="moment">What its placeholders stand for.</param>
    /// <param name="lastOutput">Whose answers it takes over if it does and does not say whose; null if it is the first.</param>
    /// <returns>The job, or everything that is wrong with it.</returns>
    public JobFileResult Read(ReadOnlySpan<byte> json, FireMoment moment, string? lastOutput)
    {
        var parsed = JobFileLoader.Parse(json, Source);
        return parsed.Spec is not { } spec ? parsed
            : spec.Incremental is { Since: null } ? Place(moment.Fill(spec) with { Incremental = new IncrementalSpec(lastOutput) })
            : Place(moment.Fill(spec));
    }

    /// <summary>Makes a job's addresses absolute.</summary>
    /// <returns>The job, or what it names that it may not.</returns>
    public JobFileResult Place(JobSpec spec)
    {
        if (roots.Models.Find(spec.Model) is not { } model)
        {
            return Wrong("model", $"model: there is no directory '{spec.Model}' below {string.Join(" or ", roots.Models.Folders)}");
        }

        if (AddressesOf(spec).FirstOrDefault(address => address.Length > LongestAddress) is { } tooLong)
        {
            return Wrong("", string.Create(
                CultureInfo.InvariantCulture, $"an address has {tooLong.Length} characters; expected at most {LongestAddress}"));
        }

        if (roots.BaseFolder is null && AddressesOf(spec).FirstOrDefault(BlobUri.IsRelative) is { } relative)
        {
            return Wrong("", $"'{relative}' is a relative path, and this service has no folder for files; expected an absolute address");
        }

        try
        {
            var date = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var placed = JobFileLoader.Complete(spec with { Model = model }, date, roots.BaseFolder ?? "/");
            var problems = roots.Check(placed, Source).ToList();
            return new JobFileResult(problems.Count == 0 ? placed : null, problems);
        }
        catch (Exception e) when (e is UsageException or BatchLLMException { IsTransient: false })
        {
            return Wrong("", e.Message.TrimEnd('.'));
        }
    }

    private static IEnumerable<string> AddressesOf(JobSpec spec) =>
        spec.Inputs.Select(input => input.Uri).Append(spec.Output.Uri).Concat(spec.Incremental is { Since: { } since } ? [since] : []);

    private static JobFileResult Wrong(string path, string message) =>
        new(null, [new JobFileProblem(Source, path, Line: 0, Column: 0, message)]);
}
