using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Schedules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace BatchLLM.Host.Service;

/// <summary>The description of the service, <c>/openapi.json</c>, and the job file's schema that it points at.</summary>
internal static class OpenApiDocuments
{
    private const string SchemaPath = "/job.schema.json", ScheduleSchemaPath = "/schedule.schema.json";

    private const string SchemaType = "application/schema+json";

    private const string KeyScheme = "key";

    public static void AddTo(IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "BatchLLM",
                Description = "Batch jobs: language models over whole files. All errors are problem details (RFC 9457); below /v1, which is the OpenAI API, they are as it has them.",
                Version = typeof(OpenApiDocuments).Assembly.GetName().Version!.ToString(fieldCount: 3),
            };
            document.AddComponent(KeyScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A key of `batchllm keys create`, or a JSON Web Token of the identity provider that the service takes them from. Where only its own machine can reach the service, none is needed.",
            });
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
            // Where it happens to listen is no part of what it is.
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    public static void Map(WebApplication app)
    {
        app.MapOpenApi("/openapi.json").ForAnyone();
        app.MapGet(SchemaPath, () => TypedResults.Bytes(JobFileLoader.Schema(), SchemaType)).ForAnyone().ExcludeFromDescription();
        app.MapGet(ScheduleSchemaPath, () => TypedResults.Bytes(ScheduleDesk.SchemaBytes, SchemaType)).ForAnyone().ExcludeFromDescription();
    }

    /// <summary>Describes an endpoint's body: the job file, by its own schema.</summary>
    public static RouteHandlerBuilder TakesJobFile(this RouteHandlerBuilder endpoint) => endpoint.Takes(
        $"A job file; {SchemaPath} is its JSON Schema. Its paths are relative to the service's first root.");

    /// <summary>Describes an endpoint's body: a schedule, by its own schema.</summary>
    public static RouteHandlerBuilder TakesSchedule(this RouteHandlerBuilder endpoint) => endpoint.Takes(
        $"A schedule; {ScheduleSchemaPath} is its JSON Schema. Its job's paths are relative to the service's first root.");

    /// <summary>Describes an endpoint's body: members of a schedule.</summary>
    public static RouteHandlerBuilder TakesChange(this RouteHandlerBuilder endpoint) => endpoint.Takes(
        $"What is to change of a schedule; {ScheduleSchemaPath} is the whole's JSON Schema, and state may be active or paused.");

    private static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, string description) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } },
                },
            };
            return Task.CompletedTask;
        });
}
