using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder models)
    {
        models.MapGet("", (ModelCatalog catalog) => OpenAiJson.Of(new Models("list", catalog.List())))
            .WithName("listModels")
            .WithSummary("The models that requests may name: the directories below --models.")
            .Produces<Models>();
        models.MapGet("/{**id}", Get)
            .WithName("getModel")
            .WithSummary("One model.")
            .Produces<ModelView>()
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status404NotFound);
    }

    private static IResult Get(string id, ModelCatalog catalog) =>
        catalog.Find(id) is { } model ? OpenAiJson.Of(model) : OpenAiProblems.Nothing("model", "model");

    /// <summary>All models.</summary>
    /// <param name="Object">list.</param>
    /// <param name="Data">The models.</param>
    internal sealed record Models(string Object, IReadOnlyList<ModelView> Data);
}
