using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>What goes wrong with a request of the OpenAI API; <see cref="ErrorEnvelope"/> writes it.</summary>
internal static class OpenAiProblems
{
    /// <summary>Name of the extension that says which parameter is at fault.</summary>
    public const string Param = "param";

    /// <summary>Name of the extension that says what is wrong, for programs.</summary>
    public const string Code = "code";

    /// <summary>A problem of a status.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="message">What was found, what was expected, and what to do.</param>
    /// <param name="param">The parameter at fault; null if it is none.</param>
    /// <param name="code">What is wrong, for programs; null for nothing particular.</param>
    public static ProblemHttpResult Of(int status, string message, string? param = null, string? code = null) =>
        TypedResults.Problem(
            message, statusCode: status, extensions: new Dictionary<string, object?> { [Param] = param, [Code] = code });

    /// <summary>A parameter that is wrong.</summary>
    public static ProblemHttpResult Invalid(string param, string message, string code = "invalid_value") =>
        Of(StatusCodes.Status400BadRequest, message, param, code);

    /// <summary>There is nothing of this name, or it is somebody else's: the same answer.</summary>
    public static ProblemHttpResult Nothing(string what, string param) =>
        Of(StatusCodes.Status404NotFound, $"There is no such {what}.", param, "not_found");
}
