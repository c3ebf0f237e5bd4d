using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Output;

/// <summary>Rows of Parquet parts, as the lines that a JSONL part has.</summary>
/// <param name="reader">Finds parts.</param>
/// <param name="rows">Reads their rows.</param>
/// <param name="layout">Names of the final files.</param>
/// <param name="columns">What the parts hold.</param>
internal sealed class ParquetRows(ShardReader reader, OutputPartReader rows, OutputLayout layout, OutputColumns columns) : IShardLines
{
    /// <inheritdoc/>
    public async Task WriteAsync(
        CommittedShard shard, Stream target, CancellationToken cancellationToken)
    {
        var file = ShardFiles.Rows(shard, layout);
        var found = await reader.FindAsync(file, cancellationToken);
        await using var writer = new JsonlRowWriter(target, columns);
        var written = 0L;
        try
        {
            await CopyAsync(found);
        }
        catch (BatchLLMException e) when (found == file.Attempt && !e.IsTransient)
        {
            await CopyAsync(file.Published); // moved there between two of its pages
        }

        await writer.CompleteAsync(cancellationToken);

        async Task CopyAsync(string uri)
        {
            var seen = 0L;
            try
            {
                await foreach (var row in rows.ReadAsync(uri, cancellationToken))
                {
                    if (seen++ == written)
                    {
                        await writer.WriteAsync(row, cancellationToken);
                        written++;
                    }
                }
            }
            catch (BatchLLMException e) when (e.Blob is null)
            {
                throw ShardReader.Replaced(uri, e); // damaged, or of other columns: it was neither when the job wrote it
            }
        }
    }
}
