namespace BatchLLM.Rows;

/// <summary>What a blob store failed at, for callers who say it in words of their own.</summary>
/// <param name="Fault">What kept it from it.</param>
/// <param name="Name">The blob's last name: of where it lies nothing is said that only the store's owner should see.</param>
public sealed record BlobFailure(BlobFault Fault, string Name)
{
    /// <summary>A failure of the blob at an address.</summary>
    /// <param name="fault">What kept the store from it.</param>
    /// <param name="address">A path or URI; its parts are parted by slashes.</param>
    public static BlobFailure At(BlobFault fault, string address) => new(fault, address[(address.LastIndexOf('/') + 1)..]);
}
