using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>Describes the endpoints of the OpenAI API.</summary>
internal static class EndpointDescriptions
{
    /// <summary>An endpoint's name and purpose, and the errors that any of them gives.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithName(name)
        .WithSummary(summary)
        .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status400BadRequest)
        .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status404NotFound);
}
