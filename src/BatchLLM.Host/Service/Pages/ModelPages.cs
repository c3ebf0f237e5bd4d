using BatchLLM.Dashboard.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /models</c>: what jobs may name as their model.</summary>
internal static class ModelPages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/models", ShowAsync);

    private static async Task<IResult> ShowAsync(HttpContext context, ModelFolders models) =>
        await PageResult.RenderAsync<ModelsPage>(
            StatusCodes.Status200OK, ("Viewer", Viewers.Of(context)), ("Models", await Task.Run(models.Read)));
}
