namespace BatchLLM.Rows;

/// <summary>Blobs to read, each by its name: all that readers of rows ask of a store.</summary>
public interface IBlobSource
{
    /// <summary>
    /// Opens a blob for random-access reading; the stream is seekable and knows its length. If the blob is replaced
    /// meanwhile, a read gives the opened content or fails, and never some of both.
    /// </summary>
    /// <exception cref="BatchLLMException">The blob is missing or unreadable; the message names it.</exception>
    ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken);
}
