using System.Text.Json;
using BatchLLM.Incremental;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>Reads the answers of an earlier run from its output directory.</summary>
/// <param name="blobs">Where it lives.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="scratch">Room outside memory, for all answers.</param>
public sealed class EarlierOutput(IBlobStore blobs, Func<DataFormat, IRowReader> readers, Func<IScratch> scratch)
{
    private static readonly HashSet<string> Columns =
        [OutputColumns.Completion, OutputColumns.FinishReason, OutputColumns.CompletionTokens, OutputColumns.TokenIdsName];

    /// <summary>The answers that can be taken over; null if there are none, because no run that kept hashes has ended there.</summary>
    /// <param name="directory">The output directory.</param>
    /// <param name="tokenIds">True to leave out answers without their token ids.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BatchLLMException">A file is damaged or cannot be read.</exception>
    public async Task<EarlierAnswers?> ReadAsync(string directory, bool tokenIds, CancellationToken cancellationToken)
    {
        var layout = new OutputLayout(directory, JobId: 0, DataFormat.Jsonl);
        if (await ReceiptReader.ReadAsync(blobs, layout.Receipt, cancellationToken) is not { RowHashes: true } receipt)
        {
            return null;
        }

        var answers = new EarlierAnswers(scratch, receipt.Rows.Ok + receipt.Rows.Truncated);
        try
        {
            // A name with a path in it is none of ours: the receipt is a file that anyone may have written.
            foreach (var part in receipt.Parts.Where(part => !part.File.Contains('/', StringComparison.Ordinal)))
            {
                await AddAsync(answers, part, layout, tokenIds, cancellationToken);
            }

            return answers;
        }
        catch
        {
            answers.Dispose();
            throw;
        }
    }

    private async Task AddAsync(
        EarlierAnswers answers, ReceiptPart part, OutputLayout layout, bool tokenIds, CancellationToken cancellationToken)
    {
        var uri = layout.File(part.File);
        if (!await IsAsReceivedAsync(uri, part, cancellationToken)
            || await RowHashes.ReadAsync(
                blobs, layout.File(OutputLayout.HashesName(part.File)), part.Sha256, part.Rows, cancellationToken) is not { } hashes)
        {
            return;
        }

        var rows = readers(DataFormats.Resolve(DataFormat.Auto, uri))
            .ReadAsync(uri, new RowRange(1, part.Rows, ByteOffset: 0, FirstLine: 1), Columns, cancellationToken);
        await foreach (var row in rows)
        {
            var hash = hashes[row.Location.RowNumber - 1];
            if (hash != ContentHash.None && AnswerOf(row, tokenIds) is { } answer)
            {
                answers.Add(hash, answer);
            }
        }
    }

    private async Task<bool> IsAsReceivedAsync(string uri, ReceiptPart part, CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.ListAsync(uri, cancellationToken))
        {
            return blob.Length == part.Bytes;
        }

        return false;
    }

    private static EarlierAnswer? AnswerOf(Row row, bool tokenIds)
    {
        var columns = row.Columns;
        var ids = columns.GetValueOrDefault(OutputColumns.TokenIdsName);
        return columns.GetValueOrDefault(OutputColumns.Completion) is { Kind: RowValueKind.Text, Text: var text }
            && FinishReasons.Find(columns.GetValueOrDefault(OutputColumns.FinishReason).ToString()) is { } reason
            && columns.GetValueOrDefault(OutputColumns.CompletionTokens) is { Kind: RowValueKind.Integer, Integer: var tokens }
            && (!tokenIds || ids.Kind == RowValueKind.Json)
                ? new EarlierAnswer(text, reason, (int)tokens, tokenIds ? JsonSerializer.Deserialize<int[]>(ids.Text)! : [])
                : null;
    }
}
