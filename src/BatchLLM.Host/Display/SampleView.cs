using BatchLLM.Blobs;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows a few rows of a finished job as input -> completion. Only when asked: it prints the user's text.</summary>
internal sealed class SampleView(Terminal terminal, IBlobSource blobs)
{
    private const int MostCharacters = 400;

    /// <summary>Shows the first good rows of the first part.</summary>
    public async Task ShowAsync(Job job, JobSpec spec, int rows, CancellationToken cancellationToken)
    {
        var samples = await ReadAsync(job, spec, cancellationToken).Take(rows).ToListAsync(cancellationToken);
        foreach (var (input, completion) in samples)
        {
            terminal.Ansi.WriteLine();
            terminal.Ansi.MarkupLine($"[grey]{Markup.Escape(Shorten(input))}[/]");
            terminal.Ansi.MarkupLine($"  [green]->[/] [bold]{Markup.Escape(Shorten(completion))}[/]");
        }
    }

    private async IAsyncEnumerable<(string Input, string Completion)> ReadAsync(
        Job job,
        JobSpec spec,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = job.Definition.Inputs[0];
        var layout = new OutputLayout(job.Definition.OutputUri, job.Id, spec.Output.Format);
        var inputs = ReadAllAsync(file.Uri, file.Format, cancellationToken);
        var outputs = ReadAllAsync(layout.Part(0), spec.Output.Format, cancellationToken);
        await foreach (var (input, output) in inputs.Zip(outputs).WithCancellation(cancellationToken))
        {
            if (output.Columns.TryGetValue("completion", out var completion) && !completion.IsNull)
            {
                yield return (Longest(input), completion.ToString());
            }
        }
    }

    private async IAsyncEnumerable<Row> ReadAllAsync(
        string uri,
        DataFormat format,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = RowReaders.For(format, blobs);
        await foreach (var range in reader.SplitAsync(uri, ShardSize.OfSmallJobs, cancellationToken))
        {
            await foreach (var row in reader.ReadAsync(uri, range, null, cancellationToken))
            {
                yield return row;
            }
        }
    }

    private static string Longest(Row row) =>
        row.Columns.Values.Select(value => value.ToString()).MaxBy(text => text.Length) ?? "";

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= MostCharacters ? line : line[..MostCharacters] + "...";
    }
}
