using BatchLLM.Batches;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>Finds the file that a request names, if it is the caller's.</summary>
/// <param name="files">Durable state.</param>
internal sealed class FileLookup(IFileStore files)
{
    /// <summary>The file; null if there is none, or if it is another tenant's, which the caller must not find out.</summary>
    public async Task<StoredFile?> FindAsync(HttpContext request, string id, CancellationToken cancellationToken) =>
        OpenAiIds.MayBe(id)
        && await files.FindAsync(id, cancellationToken) is { } file
        && (Callers.Of(request).Sees ?? file.Tenant) == file.Tenant
            ? file
            : null;
}
