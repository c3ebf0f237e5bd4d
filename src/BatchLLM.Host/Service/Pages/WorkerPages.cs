using BatchLLM.Access;
using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Pages;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Host.Service.Access;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /workers</c>: the workers, and their changes. They work for all tenants, so only those who see all see them.</summary>
internal static class WorkerPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/workers", ShowAsync).For(AccessRole.Admin);
        pages.MapGet("/live/workers", Follow).For(AccessRole.Admin).DisableRequestTimeout();
    }

    private static async Task<IResult> ShowAsync(HttpContext context, IWorkerRegistry workers, CancellationToken cancellationToken) =>
        await PageResult.RenderAsync<WorkersPage>(
            StatusCodes.Status200OK, ("Viewer", Viewers.Of(context)), ("Workers", await workers.ListAsync(cancellationToken)));

    private static IResult Follow(HttpContext context, IWorkerRegistry workers, LiveStream stream) =>
        stream.Send(context, "workers", token => LookAsync(workers, token));

    private static async Task<LivePage> LookAsync(IWorkerRegistry registry, CancellationToken cancellationToken)
    {
        var workers = await registry.ListAsync(cancellationToken);
        await using var html = new HtmlParts();
        var parts = new Dictionary<string, string> { ["board"] = await html.RenderAsync<WorkerBoard>(("Workers", workers)) };
        var ids = new List<string>();
        foreach (var (index, worker) in workers.Index())
        {
            ids.Add(FormattableString.Invariant($"worker-{index}"));
            parts[ids[^1]] = await html.RenderAsync<WorkerRow>(
                ("Worker", worker), ("Id", index), ("Held", workers.Sum(other => other.Rows)));
        }

        return new LivePage(parts, new Dictionary<string, IReadOnlyList<string>> { ["workers"] = ids }, IsOver: false);
    }
}
