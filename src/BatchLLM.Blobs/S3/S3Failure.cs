using System.Net;
using System.Net.Http.Headers;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.S3;

/// <summary>Says in a sentence what the service refused, and what to do about it; and what may pass by waiting.</summary>
internal static class S3Failure
{
    // "Error responses" of the S3 API reference: what may pass whatever the status, which is 200 where the service began to
    // answer before it failed.
    private static readonly HashSet<string> PassingCodes =
    [
        "InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "BadDigest",
        "XAmzContentSHA256Mismatch", "IncompleteBody", "Throttling", "ThrottlingException", "RequestLimitExceeded",
    ];

    // The last is what the client makes of an answer to HEAD, which has no body to hold a code.
    private static readonly HashSet<string> AnotherRegionCodes =
        ["AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException", "BadRequest"];

    private static readonly HashSet<string> CredentialCodes = ["ExpiredToken", "InvalidToken", "TokenRefreshRequired"];

    /// <summary>True for what the service and the network throw, as opposed to a mistake of ours or the caller's wish.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellationToken">The caller's: what it did not ask for is a connection that was too long silent.</param>
    public static bool IsOutside(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        FileNotFoundException or FileLoadException => false, // a broken installation, not the network
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or WebException => true,
        _ => false,
    };

    /// <summary>True if another attempt may succeed.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static bool MayPass(Exception exception, CancellationToken cancellationToken) =>
        IsOutside(exception, cancellationToken) && IsTransient(exception);

    /// <summary>How long the answer asked to wait, if it did.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="now">For an answer that names a moment.</param>
    public static TimeSpan? RetryAfter(Exception exception, DateTimeOffset now) =>
        RetryConditionHeaderValue.TryParse(Header(exception, "Retry-After"), out var value)
            ? value.Delta ?? value.Date - now
            : null;

    /// <summary>The exception for the user.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="verb">What was tried: "read", "write".</param>
    /// <param name="address">The object or pattern.</param>
    /// <param name="isAnonymous">True if no credentials were found.</param>
    public static BatchLLMException Describe(Exception cause, string verb, S3Address address, bool isAnonymous) =>
        new($"Cannot {verb} {address}: {Reason(cause, address, isAnonymous)}", IsTransient(cause), cause)
        {
            Blob = BlobFailure.At(FaultOf(cause), address.Key),
        };

    /// <summary>The exception for an object that a look did not find.</summary>
    /// <param name="what">What was tried, with the addresses: "read s3://bucket/key".</param>
    /// <param name="address">The object.</param>
    public static BatchLLMException Missing(string what, S3Address address) => new($"Cannot {what}: it does not exist.")
    {
        Blob = BlobFailure.At(BlobFault.Missing, address.Key),
    };

    /// <summary>The exception for an object that is not the version that was looked at any more.</summary>
    public static BatchLLMException Changed(S3Address address) => new(
        $"Cannot read {address}: it changed while it was read; run again when nobody writes to it any more.")
    {
        Blob = BlobFailure.At(BlobFault.Replaced, address.Key),
    };

    // A bucket that is not there is a wrong address or a wrong endpoint, whatever the object.
    private static BlobFault FaultOf(Exception cause) => cause switch
    {
        AmazonServiceException { ErrorCode: "NoSuchBucket" or "NoSuchUpload" } => BlobFault.Other,
        AmazonServiceException { StatusCode: HttpStatusCode.NotFound } => BlobFault.Missing,
        AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed } => BlobFault.Replaced,
        _ => BlobFault.Other,
    };

    private static bool IsTransient(Exception exception) => exception switch
    {
        AmazonUnmarshallingException => true, // an answer that broke off
        AmazonServiceException { StatusCode: > 0 } answer => IsTransient(answer),
        AmazonServiceException or HttpRequestException or IOException or WebException or OperationCanceledException => true,
        _ => false, // the client itself: credentials, configuration
    };

    private static bool IsTransient(AmazonServiceException answer) =>
        answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || (answer.StatusCode >= HttpStatusCode.InternalServerError && answer.StatusCode != HttpStatusCode.NotImplemented)
        || PassingCodes.Contains(answer.ErrorCode ?? "");

    private static string Reason(Exception cause, S3Address address, bool isAnonymous) => cause switch
    {
        AmazonServiceException { StatusCode: > 0 } answer => Reason(answer, address, isAnonymous),
        OperationCanceledException => "the service fell silent, again and again.",
        AmazonClientException =>
            $"the credentials or the configuration for S3 cannot be used. {S3Uri.WhereSecretsBelong}",
        _ => $"the connection failed, again and again ({cause.Message.Split('\n')[0].TrimEnd('.', '\r')}). " +
            "Check the endpoint (AWS_ENDPOINT_URL_S3), the region (AWS_REGION) and the network.",
    };

    private static string Reason(AmazonServiceException answer, S3Address address, bool isAnonymous) => answer switch
    {
        { ErrorCode: "NoSuchBucket" } =>
            $"there is no bucket '{address.Bucket}'; create it, or correct the address or the endpoint.",
        { ErrorCode: "NoSuchUpload" } =>
            "the service threw the parts away that were sent already; look at the bucket's rules for unfinished uploads.",
        { StatusCode: HttpStatusCode.NotFound } => "it does not exist.",
        _ when Region(answer) is { Length: > 0 } region =>
            $"the bucket is in the region {region}; set AWS_REGION to that.",
        _ when isAnonymous && answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError =>
            $"this process has no credentials for S3, and the service refused it without ({Found(answer)}). " +
            S3Uri.WhereSecretsBelong,
        { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => Refused(answer),
        _ when CredentialCodes.Contains(answer.ErrorCode ?? "") => Refused(answer),
        _ => $"the service answered {Found(answer)}.",
    };

    private static string Refused(AmazonServiceException answer) =>
        $"the service refused this process ({Found(answer)}). Look at the expiry of its credentials, and at their rights " +
        $"on the bucket: list, get, put, delete. {S3Uri.WhereSecretsBelong}";

    private static string Found(AmazonServiceException answer) =>
        answer.ErrorCode is { Length: > 0 } code ? $"{(int)answer.StatusCode} {code}" : $"{(int)answer.StatusCode}";

    /// <summary>The bucket's region, which the service names where it was asked in another one.</summary>
    private static string? Region(AmazonServiceException answer) =>
        answer.StatusCode is HttpStatusCode.MovedPermanently || AnotherRegionCodes.Contains(answer.ErrorCode ?? "")
            ? Header(answer, "x-amz-bucket-region")
            : null;

    private static string? Header(Exception exception, string name) =>
        exception.InnerException is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(name)
            ? response.GetHeaderValue(name)
            : null;
}
