using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Errors;

/// <summary>
/// What a request is refused for before an endpoint sees it, in the words of the API: the framework's own say it with types and
/// names of this program, and not what was expected.
/// </summary>
internal static partial class RequestFaults
{
    /// <summary>What was found, and what was expected.</summary>
    public static string Describe(BadHttpRequestException fault) => ParameterFault().Match(fault.Message) is { Success: true } parameter
        ? $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value)} is '{parameter.Groups["value"].Value}'; " +
            $"expected {ExpectedOf(parameter.Groups["type"].Value)}."
        : BodyFault().IsMatch(fault.Message)
            ? "The body is not the JSON that is expected here; /openapi.json describes it."
            : fault.Message;

    private static string ExpectedOf(string type) => type switch
    {
        "int" or "long" => "a whole number",
        "double" => "a number",
        "bool" => "true or false",
        nameof(UtcMoment) => "a time such as 2026-11-22T03:00:00Z",
        _ => "another value",
    };

    [GeneratedRegex("""^Failed to bind parameter "(Nullable<)?(?<type>[A-Za-z]+)>? (?<name>[A-Za-z]+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex ParameterFault();

    [GeneratedRegex("^Failed to read parameter .* from the request body as JSON")]
    private static partial Regex BodyFault();
}
