using Azure;
using Azure.Storage.Blobs.Models;
using BatchLLM.Blobs.Remote;
using BlobInfo = BatchLLM.Rows.BlobInfo;

namespace BatchLLM.Blobs.Azure;

/// <summary>Finds the blobs that match a pattern.</summary>
internal static class AzureListing
{
    // Data Lake accounts, and tools that show folders, keep an empty blob in place of each.
    private const string FolderMark = "hdi_isfolder";

    /// <summary>All matches, sorted ordinally by URI.</summary>
    /// <exception cref="BatchLLMException">The container is missing, or refuses.</exception>
    public static async Task<List<BlobInfo>> FindAsync(
        AzureAccounts accounts, AzureAddress pattern, CancellationToken cancellationToken)
    {
        try
        {
            return GlobPattern.HasGlob(pattern.EscapedName)
                ? await ListAsync(accounts, pattern, cancellationToken)
                : await LookAsync(accounts, pattern, cancellationToken);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "list", pattern);
        }
    }

    private static async Task<List<BlobInfo>> LookAsync(
        AzureAccounts accounts, AzureAddress address, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await accounts.Blob(address).GetPropertiesAsync(null, cancellationToken);
            var uri = address.WithName(address.Name).ToString();
            return IsFolder(address.Name, found.ContentLength, found.Metadata)
                ? []
                : [new BlobInfo(uri, found.ContentLength, Version(found.ETag))];
        }
        catch (RequestFailedException e) when (e is { Status: 404, ErrorCode: not "ContainerNotFound" })
        {
            return [];
        }
    }

    private static async Task<List<BlobInfo>> ListAsync(
        AzureAccounts accounts, AzureAddress pattern, CancellationToken cancellationToken)
    {
        var names = NamePattern.Parse(pattern.EscapedName, pattern.ToString());
        var found = new List<BlobInfo>();
        var listed = accounts.Container(pattern).GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, names.Prefix, cancellationToken);
        await foreach (var blob in listed)
        {
            var length = blob.Properties.ContentLength ?? 0;
            if (!IsFolder(blob.Name, length, blob.Metadata) && names.IsMatch(blob.Name))
            {
                found.Add(new BlobInfo(pattern.WithName(blob.Name).ToString(), length, Version(blob.Properties.ETag!.Value)));
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Uri, b.Uri));
        return found;
    }

    private static bool IsFolder(string name, long length, IDictionary<string, string>? metadata) =>
        length == 0 && (name.EndsWith('/')
            || (metadata is not null && metadata.TryGetValue(FolderMark, out var mark) && mark == "true"));

    // A list has it bare and a header in quotes.
    private static string Version(ETag tag) => tag.ToString().Trim('"');
}
