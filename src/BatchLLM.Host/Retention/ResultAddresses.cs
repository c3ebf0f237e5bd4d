using BatchLLM.Blobs.Files;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>Where results lie, as far as the database says it.</summary>
internal static class ResultAddresses
{
    /// <summary>Names of a job's files.</summary>
    public static OutputLayout LayoutOf(ExpiredResults results) => LayoutOf(results, results.OutputUri);

    /// <summary>
    /// All files that a job may have published, links on the way to them followed. More than the receipt names, if it was cancelled:
    /// a pattern that catches none of these catches none of those.
    /// </summary>
    public static IEnumerable<string> Of(ExpiredResults results)
    {
        var layout = LayoutOf(results, Follow(results.OutputUri));
        var shards = Enumerable.Range(0, results.ShardCount);
        return shards.Select(layout.Part)
            .Concat(layout.HasHashes ? shards.Select(layout.Hashes) : [])
            .Append(layout.Errors)
            .Append(layout.Receipt);
    }

    /// <summary>An address with the links on the way to it followed; as it is, if they lead in a circle.</summary>
    public static string Follow(string uri)
    {
        try
        {
            return FileLinks.FollowUri(uri);
        }
        catch (BatchLLMException)
        {
            return uri;
        }
    }

    private static OutputLayout LayoutOf(ExpiredResults results, string outputUri)
    {
        var spec = JobFileLoader.Restore(results.SpecJson, errorBudget: null);
        return new OutputLayout(outputUri, results.Id, spec.Output.Format) { HasHashes = spec.Incremental is not null };
    }
}
