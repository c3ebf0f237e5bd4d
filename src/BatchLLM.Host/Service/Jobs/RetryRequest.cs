using System.ComponentModel;
using System.Text.Json.Serialization;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>The body of <c>POST /api/jobs/{id}/retry</c>.</summary>
/// <param name="Error">The code of the only error whose rows are computed again; null for all.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RetryRequest(
    [property: Description("Only rows that failed with this error, as the error file names it: engine_error, for example. All failed rows without it.")]
    string? Error = null);
