namespace BatchLLM.Blobs.Remote;

/// <summary>The bytes of one version of a blob that lies on a server.</summary>
internal interface IRangeSource
{
    /// <summary>Fills <paramref name="range"/> with the bytes from <paramref name="start"/> on.</summary>
    /// <exception cref="BatchLLMException">
    /// The version is no more, or the service does not answer; how much is filled is open then.
    /// </exception>
    Task ReadAsync(long start, Memory<byte> range, CancellationToken cancellationToken);
}
