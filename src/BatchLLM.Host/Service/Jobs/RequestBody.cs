using System.Net.Http.Headers;
using System.Text;
using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>Reads a request's body whole: the server has limited its size and its patience already.</summary>
internal static class RequestBody
{
    /// <summary>A change of some members (RFC 7396).</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Why the body is not taken for JSON; null if it is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="other">Another type that is taken; null for none.</param>
    public static ProblemHttpResult? ProblemWith(HttpRequest request, string? other = null)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
                || string.Equals(type.MediaType, other, StringComparison.OrdinalIgnoreCase))
            && (type.CharSet ?? Encoding.UTF8.WebName).Trim('"').Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase);
        return isJson
            ? null
            : Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "Not JSON", "Send the job file's JSON as Content-Type: application/json.");
    }

    /// <summary>The body's bytes.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, came too slowly, or broke off.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
