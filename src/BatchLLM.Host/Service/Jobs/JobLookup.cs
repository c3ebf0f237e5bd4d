using BatchLLM.Host.Service.Access;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>Finds the job that a request names, if it is the caller's.</summary>
/// <param name="store">Durable state.</param>
internal sealed class JobLookup(IJobStore store)
{
    /// <summary>The job; null if there is none, or if it is another tenant's, which the caller must not find out.</summary>
    public async Task<Job?> FindAsync(HttpContext request, long id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } job && (Callers.Of(request).Sees ?? job.Tenant) == job.Tenant ? job : null;
}
