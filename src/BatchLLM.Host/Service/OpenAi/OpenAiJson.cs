using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>Answers as the OpenAI API writes them: names in snake case, and null where there is nothing.</summary>
internal static class OpenAiJson
{
    /// <summary>How they are written.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An answer.</summary>
    public static JsonHttpResult<T> Of<T>(T value) => TypedResults.Json(value, Options);
}
