using BatchLLM.Blobs.Azure;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.S3;

namespace BatchLLM.Blobs;

/// <summary>From what a user wrote to the absolute URI of a blob, or a pattern of such.</summary>
public static class BlobUri
{
    /// <summary>The URI of a path, relative to <paramref name="baseDirectory"/> or absolute, or of an address.</summary>
    /// <exception cref="BatchLLMException">No store has such addresses, or it holds a secret.</exception>
    public static string FromText(string text, string baseDirectory) =>
        S3Uri.IsRemote(text) ? S3Uri.FromText(text)
        : AzureUri.IsRemote(text) ? AzureUri.FromText(text)
        : FileUri.FromPath(text, baseDirectory);

    /// <summary>True if what a user wrote is a path that means another place from another directory.</summary>
    public static bool IsRelative(string text) =>
        !S3Uri.IsRemote(text) && !AzureUri.IsRemote(text) && !FileUri.IsFileUri(text) && !Path.IsPathRooted(text);
}
