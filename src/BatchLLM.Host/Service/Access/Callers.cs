using BatchLLM.Jobs;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Access;

/// <summary>
/// The one place that says who asks. As long as the service can be reached from its own machine alone there are no keys, and
/// everyone is the default tenant.
/// </summary>
internal static class Callers
{
    private static readonly Caller Anyone = new(JobSubmission.DefaultTenant);

    /// <summary>Who sent a request.</summary>
    public static Caller Of(HttpContext request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Anyone;
    }
}
