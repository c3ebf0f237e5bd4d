using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>
/// Writes every problem below <see cref="OpenAiEndpoints.Root"/> as the OpenAI API does, wherever it comes from: an endpoint, a
/// key that is missing, an address where nothing is.
/// </summary>
internal sealed class ErrorEnvelope : IProblemDetailsWriter
{
    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments(OpenAiEndpoints.Root);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (problem, response) = (context.ProblemDetails, context.HttpContext.Response);
        var status = problem.Status ?? response.StatusCode;
        var error = new Error(
            problem.Detail ?? $"{ReasonPhrases.GetReasonPhrase(status)}.",
            TypeOf(status),
            problem.Extensions.TryGetValue(OpenAiProblems.Param, out var param) ? param as string : null,
            problem.Extensions.TryGetValue(OpenAiProblems.Code, out var code) ? code as string : CodeOf(status));
        return new ValueTask(response.WriteAsJsonAsync(new Envelope(error), OpenAiJson.Options));
    }

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };

    private static string? CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "invalid_api_key",
        StatusCodes.Status403Forbidden => "insufficient_permissions",
        StatusCodes.Status429TooManyRequests => "rate_limit_exceeded",
        _ => null,
    };

    /// <summary>What an answer with an error holds.</summary>
    /// <param name="Error">The error.</param>
    internal sealed record Envelope(Error Error);

    /// <summary>What went wrong.</summary>
    /// <param name="Message">For people.</param>
    /// <param name="Type">Whose fault it is.</param>
    /// <param name="Param">The parameter at fault; null if it is none.</param>
    /// <param name="Code">For programs; null for nothing particular.</param>
    internal sealed record Error(string Message, string Type, string? Param, string? Code);
}
