using BatchLLM.Rows;

namespace BatchLLM.Batches;

/// <summary>A row's error as the OpenAI API words the failure of a request.</summary>
public static class BatchRowFault
{
    private const string Body = "body.";

    /// <summary>The HTTP status that the request alone would have got.</summary>
    public static int StatusOf(RowError error) => IsOurs(error) ? 500 : 400;

    /// <summary>Whose fault it is.</summary>
    public static string TypeOf(RowError error) => IsOurs(error) ? "server_error" : "invalid_request_error";

    /// <summary>The error's code: the API's where programs look for it, our own everywhere else.</summary>
    public static string CodeOf(RowError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code == RowErrorCodes.PromptTooLong ? "context_length_exceeded" : error.Code;
    }

    /// <summary>The member of the body that is at fault; null if it is none.</summary>
    /// <remarks>
    /// From the message, which begins with it. A field of <see cref="RowError"/> for it was rejected: the parts of all jobs
    /// would have to hold one for the sake of this.
    /// </remarks>
    public static string? ParamOf(RowError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var end = error.Message.IndexOf(' ', StringComparison.Ordinal);
        return end > Body.Length && error.Message.StartsWith(Body, StringComparison.Ordinal) ? error.Message[Body.Length..end] : null;
    }

    private static bool IsOurs(RowError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code == RowErrorCodes.EngineError;
    }
}
