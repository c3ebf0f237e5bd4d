using BatchLLM.Batches;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>Finds the batch that a request names, if it is the caller's.</summary>
/// <param name="batches">Durable state.</param>
internal sealed class BatchLookup(IBatchStore batches)
{
    /// <summary>The batch; null if there is none, or if it is another tenant's, which the caller must not find out.</summary>
    public async Task<Batch?> FindAsync(HttpContext request, string id, CancellationToken cancellationToken) =>
        OpenAiIds.MayBe(id)
        && await batches.FindAsync(id, cancellationToken) is { } batch
        && (Callers.Of(request).Sees ?? batch.Tenant) == batch.Tenant
            ? batch
            : null;
}
