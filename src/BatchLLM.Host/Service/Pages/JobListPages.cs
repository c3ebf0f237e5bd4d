using BatchLLM.Dashboard.Pages;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /</c>: the jobs, and their changes.</summary>
internal static class JobListPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", ShowAsync);
        pages.MapGet("/live", Follow).DisableRequestTimeout();
    }

    private static async Task<IResult> ShowAsync(HttpContext context, JobListReader reader, CancellationToken cancellationToken)
    {
        var query = JobListQuery.Of(context.Request);
        return await PageResult.RenderAsync<JobListPage>(
            StatusCodes.Status200OK,
            ("Viewer", Viewers.Of(context)),
            ("Model", await reader.ReadAsync(query, Callers.Of(context).Sees, cancellationToken)),
            ("Live", $"/live{query}"),
            ("First", $"/{query with { After = null }}"));
    }

    private static IResult Follow(HttpContext context, JobListReader reader, LiveStream stream)
    {
        var (query, tenant) = (JobListQuery.Of(context.Request), Callers.Of(context).Sees);
        return stream.Send(context, $"jobs of {tenant ?? "*"} {query}", token => reader.LookAsync(query, tenant, token));
    }
}
