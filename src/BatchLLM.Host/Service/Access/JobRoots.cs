using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Access;

/// <summary>What the jobs of a service may name: inputs and outputs below its roots, models below its model folders.</summary>
/// <remarks>
/// Links are followed up to an address's first glob, when the job is handed in. Those that a glob meets further down were
/// put there by someone who may write below a root; no request can make one.
/// </remarks>
internal sealed class JobRoots
{
    private readonly BlobRoots _named;
    private readonly BlobRoots _real; // the same, links followed

    /// <summary>Takes the roots.</summary>
    /// <param name="roots">Absolute URIs; at least one.</param>
    /// <param name="models">Where models are.</param>
    /// <exception cref="BatchLLMException">A root is a pattern.</exception>
    public JobRoots(IReadOnlyList<string> roots, ModelRoots models)
    {
        _named = new BlobRoots(roots);
        _real = new BlobRoots([.. roots.Select(FileLinks.FollowUri)]);
        Models = models;
    }

    /// <summary>Where models are.</summary>
    public ModelRoots Models { get; }

    /// <summary>The folder of relative paths: the first root on this machine's disk; none may be named if there is none.</summary>
    public string? BaseFolder => _named.Uris.FirstOrDefault(FileUri.IsFileUri) is { } uri ? FileUri.ToPath(uri) : null;

    /// <summary>What a job names that it may not.</summary>
    /// <param name="spec">The job, its URIs absolute.</param>
    /// <param name="source">Where the job comes from, for messages.</param>
    public IEnumerable<JobFileProblem> Check(JobSpec spec, string source) => spec.Inputs
        .Select(input => (Path: "input", input.Uri))
        .Append((Path: "output.uri", spec.Output.Uri))
        .Concat(spec.Incremental is { Since: { } since } ? [(Path: "incremental", Uri: since)] : [])
        .Where(address => !Hold(address.Uri))
        .Select(address => new JobFileProblem(
            source, address.Path, Line: 0, Column: 0,
            $"{address.Path}: {address.Uri} is outside of what this service may read and write; expected an address below " +
            $"{string.Join(" or ", _named.Uris)}"));

    /// <summary>True if jobs may name an address.</summary>
    public bool Hold(string uri) => _named.Hold(uri) && _real.Hold(FileLinks.FollowUri(uri));
}
