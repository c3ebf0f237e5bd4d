using BatchLLM.Host.Service.OpenAi.Batches;
using BatchLLM.Host.Service.OpenAi.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>The part of the OpenAI API that batches take: files, batches, models (OpenAI API reference).</summary>
internal static class OpenAiEndpoints
{
    /// <summary>What its addresses begin with.</summary>
    public const string Root = "/v1";

    public static void Map(IEndpointRouteBuilder app)
    {
        var root = app.MapGroup(Root).WithTags("OpenAI");
        FileEndpoints.Map(root.MapGroup("/files"));
        BatchEndpoints.Map(root.MapGroup("/batches"));
        ModelEndpoints.Map(root.MapGroup("/models"));
    }
}
