using BatchLLM.Blobs;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Prompts;

namespace BatchLLM.Host.Quantize;

/// <summary>Reads calibration prompts, evenly spread over the rows of all inputs, as tokens.</summary>
internal static class CalibrationPrompts
{
    /// <summary>Longest prompt that is used whole; calibration takes the beginning of longer ones.</summary>
    private const int LongestPrompt = 2048;

    private const int RowsPerRange = 1024;

    /// <summary>Tokens of each prompt. Rows that give no prompt are left out.</summary>
    /// <exception cref="BatchLLMException">An input is missing or unreadable, or no row gives a prompt.</exception>
    public static async Task<IReadOnlyList<int[]>> ReadAsync(
        JobSpec spec, LoadedModel model, int samples, CancellationToken cancellationToken)
    {
        var renderer = new PromptRenderer(model.Template, model.TemplateContextAt(DateTimeOffset.UtcNow));
        var preparer = new RowPreparer(spec, renderer, model.Tokenizer, model.ContextLength);
        var files = await JobAssembly.Planner.ResolveAsync(spec.Inputs, cancellationToken);
        var rows = await CountAsync(files, cancellationToken);
        var prompts = new List<int[]>(samples);
        string? fault = null;
        await foreach (var prepared in SpreadAsync(files, preparer, rows, samples, cancellationToken))
        {
            fault ??= prepared.Error?.Message;
            if (prepared is { Error: null, PromptTokens: { Length: > 0 } tokens })
            {
                prompts.Add(tokens.Length > LongestPrompt ? tokens[..LongestPrompt] : tokens);
            }
        }

        return prompts.Count > 0
            ? prompts
            : throw new BatchLLMException(
                $"{files[0].Uri}: none of {rows} rows gives a prompt to calibrate with ({fault ?? "no rows"}).");
    }

    private static async Task<long> CountAsync(IReadOnlyList<InputFile> files, CancellationToken cancellationToken)
    {
        long rows = 0;
        foreach (var file in files)
        {
            await foreach (var range in RowReaders.For(file.Format, JobAssembly.Blobs)
                .SplitAsync(file.Uri, RowsPerRange, cancellationToken))
            {
                rows += range.RowCount;
            }
        }

        return rows;
    }

    private static async IAsyncEnumerable<WindowRow> SpreadAsync(
        IReadOnlyList<InputFile> files, RowPreparer preparer, long rows, int samples,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long index = 0;
        foreach (var file in files)
        {
            var reader = RowReaders.For(file.Format, JobAssembly.Blobs);
            await foreach (var range in reader.SplitAsync(file.Uri, RowsPerRange, cancellationToken))
            {
                await foreach (var row in reader.ReadAsync(file.Uri, range, preparer.Columns, cancellationToken))
                {
                    if (IsChosen(index++, rows, samples))
                    {
                        yield return preparer.Prepare(row, isDuplicate: false);
                    }
                }
            }
        }
    }

    // The share of the samples that is due grows by at most one at each row, and by one at those that are chosen.
    private static bool IsChosen(long row, long rows, int samples) =>
        samples >= rows || (row + 1) * samples / rows > row * samples / rows;
}
