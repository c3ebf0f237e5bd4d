using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>
/// An upload is refused. Not of the kind that reading a body throws, which a blob store would take for trouble of its own.
/// </summary>
/// <param name="message">What was found, what was expected, and what to do.</param>
/// <param name="param">The part of the form at fault; null if it is none.</param>
/// <param name="status">The HTTP status.</param>
internal sealed class UploadException(
    string message, string? param = null, int status = StatusCodes.Status400BadRequest) : Exception(message)
{
    public string? Param => param;

    public int Status => status;
}
