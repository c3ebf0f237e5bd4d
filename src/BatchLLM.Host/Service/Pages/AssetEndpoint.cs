using BatchLLM.Dashboard;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /assets/...</c>: the files of pages, under addresses that never mean anything else.</summary>
internal static class AssetEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var asset in AssetFiles.All)
        {
            app.MapGet(asset.Url, (HttpContext context) => Send(context, asset)).ForAnyone().ExcludeFromDescription();
        }
    }

    private static FileContentHttpResult Send(HttpContext context, Asset asset)
    {
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(asset.Bytes, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Digest}\""));
    }
}
