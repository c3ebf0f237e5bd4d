using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Planning;
using BatchLLM.Prompts;
using BatchLLM.Prompts.Templates;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Benchmarks;

/// <summary>
/// What each stage of a job costs a row of 500 bytes without a model: time on one thread, and memory allocated. Their sum over
/// the processor's cores is what <c>run --engine echo</c> can reach at most.
/// </summary>
internal sealed class DataPath : IDisposable
{
    private const int Rows = 16_384;
    private const int WindowRows = 4096;
    private const int Rounds = 25;
    private const int MaxTokens = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly string _path = Path.GetTempFileName();
    private readonly RowRange _all = new(1, Rows, 0, 1);
    private readonly JsonlRowReader _reader = new(new FileBlobStore());
    private readonly ITokenizer _tokenizer;
    private double _sum;

    private DataPath(string modelDirectory)
    {
        var tokenizer = Path.Combine(modelDirectory, "tokenizer.json");
        _tokenizer = TokenizerJson.Load(File.ReadAllBytes(tokenizer), tokenizer);
        TicketRows.Write(_path, Rows);
    }

    private string Uri => new Uri(_path).AbsoluteUri;

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    public static void Run(string modelDirectory)
    {
        using var path = new DataPath(modelDirectory);
        path.Measure();
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_path);

    private void Measure()
    {
        Console.WriteLine($"JSONL, {new FileInfo(_path).Length / Rows} bytes a row, {TicketRows.TextBytes} of them the prompt\n");
        Console.WriteLine("| Stage | µs a row | MB/s of file | bytes allocated a row |\n|---|---|---|---|");
        Line("line borders (planning a job)", Split);
        Line("rows, no column", () => Count([]));
        Line("rows, all columns", () => Count(null));
        Add("rows, the prompt's column", () => Count(["body"]));
        var rows = Read(["body"]);
        var preparer = Preparer();
        var ready = rows.ConvertAll(row => preparer.Prepare(row, false));
        var texts = rows.ConvertAll(row => new PromptText(row.Columns["body"].Text, [new TextSpan(0, row.Columns["body"].Text.Length)]));
        Line("tokens alone", () => texts.Sum(text => _tokenizer.Encode(text).Length));
        Add("prompts and tokens", () => rows.Count(row => preparer.Prepare(row, false).Error is null));
        var windows = Windows(ready);
        Line("plan alone", () => windows.Sum(window => WindowPlan.Of(window, EchoEngine.LimitsOf(_tokenizer, 8192), null).Distinct.Count));
        Add("plan and echo", () => windows.Sum(window => Echo(window).Count));
        var ended = windows.SelectMany(window => Echo(window).OrderBy(echo => echo.Index).Select(echo => (echo, window[echo.Index])))
            .Select((pair, row) => ready[row].Complete(pair.echo, tokenIds: false)).ToArray();
        Add("JSONL output with its digest", () => Write(ended));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nOne row of a job: {_sum:F2} µs; {Environment.ProcessorCount} cores: at most {Environment.ProcessorCount * 1e6 / _sum:N0} rows/s"));
    }

    private int Split() => _reader.SplitAsync(Uri, WindowRows, CancellationToken.None).CountAsync().AsTask().GetAwaiter().GetResult();

    private int Count(HashSet<string>? columns) =>
        _reader.ReadAsync(Uri, _all, columns, CancellationToken.None).CountAsync().AsTask().GetAwaiter().GetResult();

    private List<Row> Read(HashSet<string>? columns) =>
        _reader.ReadAsync(Uri, _all, columns, CancellationToken.None).ToListAsync().AsTask().GetAwaiter().GetResult();

    private RowPreparer Preparer() => new(
        new JobSpec
        {
            Name = "path",
            Model = "",
            Inputs = [],
            Output = new OutputSpec { Uri = "" },
            Prompt = new PromptSpec { Text = "{{body}}" },
            Sampling = new SamplingSpec { Defaults = new SamplingParameters { MaxTokens = MaxTokens } },
        },
        new PromptRenderer(null, new ChatTemplateContext()), _tokenizer, 8192);

    private static InferenceRequest[][] Windows(List<WindowRow> ready) => [.. ready.Chunk(WindowRows).Select(rows => rows
        .Select((row, index) => new InferenceRequest(index, (ulong)index, row.PromptTokens!, row.Sampling!) { ContinuesText = true }).ToArray())];

    private List<Generation> Echo(InferenceRequest[] window) => new EchoEngine(_tokenizer, 8192)
        .RunAsync(window, CancellationToken.None).ToListAsync().AsTask().GetAwaiter().GetResult();

    private static int Write(CompletedRow[] rows)
    {
        using var hash = SHA256.Create();
        using var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write);
        var writer = RowWriters.Create(DataFormat.Jsonl, stream, new OutputColumns([], tokenIds: false));
        foreach (var row in rows)
        {
            writer.WriteAsync(row, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        writer.CompleteAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return rows.Length;
    }

    private void Add(string stage, Func<int> work) => _sum += Line($"**{stage}**", work);

    private double Line(string stage, Func<int> work)
    {
        var (seconds, allocated) = Best(work);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {stage} | {seconds / Rows * 1e6:F2} | {new FileInfo(_path).Length / seconds / 1e6:N0} | {allocated / Rows:N0} |"));
        return seconds / Rows * 1e6;
    }

    /// <summary>Of several rounds: other work on the machine only ever slows.</summary>
    private static (double Seconds, double Allocated) Best(Func<int> work)
    {
        // Until the compiler has seen what is hot; it works in the background.
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            GC.KeepAlive(work());
        }

        var (best, allocated) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            GC.KeepAlive(work());
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return (best, allocated);
    }
}
