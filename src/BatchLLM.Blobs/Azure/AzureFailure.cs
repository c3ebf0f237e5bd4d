using Azure;
using Azure.Identity;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Azure;

/// <summary>Says in a sentence what the service refused, and what to do about it.</summary>
internal static class AzureFailure
{
    /// <summary>True for what the service and the network throw, as opposed to a mistake of ours or the caller's wish.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellationToken">The caller's: what it did not ask for is a connection that was too long silent.</param>
    public static bool IsOutside(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        FileNotFoundException or FileLoadException => false, // a broken installation, not the network
        AggregateException or RequestFailedException or AuthenticationFailedException or IOException => true,
        _ => false,
    };

    /// <summary>The exception for the user.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="verb">What was tried: "read", "write".</param>
    /// <param name="address">The blob or pattern.</param>
    public static BatchLLMException Describe(Exception cause, string verb, AzureAddress address)
    {
        var last = cause is AggregateException { InnerExceptions: [.., var inner] } ? inner : cause;
        var isTransient = last is not AuthenticationFailedException && last is not RequestFailedException
        {
            Status: not (0 or 408 or 429 or >= 500),
        };
        return new BatchLLMException($"Cannot {verb} {address}: {Reason(last, address)}", isTransient, cause)
        {
            Blob = BlobFailure.At(FaultOf(last), address.Name),
        };
    }

    // A container that is not there is a wrong address, whatever the blob.
    private static BlobFault FaultOf(Exception cause) => cause switch
    {
        RequestFailedException { ErrorCode: "ContainerNotFound" } => BlobFault.Other,
        RequestFailedException { Status: 404 } => BlobFault.Missing,
        RequestFailedException { Status: 412 } => BlobFault.Replaced,
        _ => BlobFault.Other,
    };

    private static string Reason(Exception cause, AzureAddress address) => cause switch
    {
        RequestFailedException { Status: > 0 } answer => Reason(answer, address),
        AuthenticationFailedException =>
            $"this process has no credential for Azure. Set {AzureVariables.ConnectionString(address.Account)} or " +
            $"{AzureVariables.Sas(address.Account)}, or sign in with `az login`.",
        OperationCanceledException => "the service fell silent, again and again.",
        _ => $"the connection failed, again and again ({cause.Message.Split('\n')[0].TrimEnd('.', '\r')}). " +
            "Check the account's name and the network.",
    };

    private static string Reason(RequestFailedException answer, AzureAddress address) => answer switch
    {
        { ErrorCode: "ContainerNotFound" } =>
            $"the account has no container '{address.Container}'; create it, or correct the address.",
        { ErrorCode: "InvalidBlockList" } =>
            "another process wrote it at the same time; try again when that one is done.",
        { Status: 404 } => "it does not exist.",
        { Status: 412 } => "it changed while it was read; run again when nobody writes to it any more.",
        { Status: 401 or 403 } =>
            $"the account refused this process ({Found(answer)}). Look at the rights and the expiry of what " +
            $"{AzureVariables.ConnectionString(address.Account)} or {AzureVariables.Sas(address.Account)} holds, or give " +
            "the identity that it runs as the role Storage Blob Data Contributor.",
        _ => $"the service answered {Found(answer)}.",
    };

    private static string Found(RequestFailedException answer) =>
        answer.ErrorCode is { Length: > 0 } code ? $"{answer.Status} {code}" : $"{answer.Status}";
}
