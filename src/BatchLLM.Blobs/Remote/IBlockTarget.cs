namespace BatchLLM.Blobs.Remote;

/// <summary>Takes a blob block by block; nothing stands under its name before the end.</summary>
internal interface IBlockTarget
{
    /// <summary>Bytes of every block but the last.</summary>
    int BlockBytes { get; }

    /// <summary>Stores the next block out of sight.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    Task StageAsync(ArraySegment<byte> block, CancellationToken cancellationToken);

    /// <summary>Stores the last block, which may be empty, and makes the blob stand, whole, in place of what stood there.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    Task CommitAsync(ArraySegment<byte> last, CancellationToken cancellationToken);
}
