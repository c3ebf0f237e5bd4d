using BatchLLM.Parquet;

namespace BatchLLM.Blobs.Parquet;

/// <summary>Turns what a Parquet file's reader throws into the product's exception.</summary>
internal static class ParquetFailure
{
    /// <summary>Awaits a reading; its failure names the file.</summary>
    public static async ValueTask<T> TranslateAsync<T>(ValueTask<T> reading, string uri)
    {
        try
        {
            return await reading;
        }
        catch (ParquetException e)
        {
            throw Describe(e);
        }
        catch (EndOfStreamException e)
        {
            throw new BatchLLMException(
                $"{uri} has changed: it became shorter while it was read; restore the file, or submit the job again.",
                isTransient: false, e);
        }
    }

    /// <summary>The same sentence: it names the file already.</summary>
    public static BatchLLMException Describe(ParquetException e) => new(e.Message, isTransient: false, e);
}
