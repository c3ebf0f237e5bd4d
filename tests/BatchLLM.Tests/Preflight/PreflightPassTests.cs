using BatchLLM.Blobs.Files;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Preflight;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class PreflightPassTests : IDisposable
{
    private readonly PassSetup _setup = new();

    public void Dispose() => _setup.Dispose();

    [Fact]
    public async Task Rows_are_counted_in_input_order_and_duplicates_found_across_windows()
    {
        var findings = new Findings();
        var pass = _setup.NewPass(findings, rows: 5000, (row, _) => row.Location.RowNumber switch
        {
            7 or 4990 => NumberedRows.Prepare(row) with { Error = new RowError("bad", "no") },
            40 => WithTokens(row, 39),
            4000 => WithTokens(row, 39) with { Sampling = new SamplingParameters { MaxTokens = 3 } },
            4001 => WithTokens(row, 39),
            _ => NumberedRows.Prepare(row),
        });

        await pass.RunAsync(await _setup.PlanAsync(5000), new PreflightProgress(), CancellationToken.None);

        Assert.Equal((5000, 4998, 2), (pass.Rows.Rows, pass.Rows.Ready, pass.Rows.Failed));
        Assert.Equal(2, pass.Duplicates.Rows);
        Assert.Equal((1, 40, 2), (pass.Duplicates.Groups, pass.Duplicates.PromptTokens, pass.Duplicates.GreedyRows));
        Assert.Equal(
            [(7, null), (4990, null), (40, 39L), (4001, 39)],
            findings.All.Select(finding => (finding.Row.RowNumber, finding.First?.RowNumber)));
        Assert.Equal(10, pass.Sharing.Common);
        Assert.Equal(5, pass.Sharing.Windows);
        Assert.Equal(512, pass.Sample.Select(row => row.RowKey).Distinct().Count());
    }

    [Fact]
    public async Task A_failing_shard_ends_the_pass_with_its_own_error()
    {
        var pass = _setup.NewPass(new Findings(), rows: 5000, (row, _) => row.Location.RowNumber == 3000
            ? throw new BatchLLMException("damaged")
            : NumberedRows.Prepare(row));

        var e = await Assert.ThrowsAnyAsync<Exception>(async () => await pass.RunAsync(
            await _setup.PlanAsync(5000), new PreflightProgress(), CancellationToken.None));
        Assert.Equal("damaged", (e as AggregateException)?.InnerException?.Message ?? e.Message);
    }

    [Fact]
    public async Task Ids_that_come_twice_are_found_in_any_shard_and_file()
    {
        var planner = new JobPlanner(
            new FileBlobStore(), _ => new RepeatedIds(), (_, _) => DataFormat.Jsonl, () => new ScratchFile(_setup.FolderPath));
        var files = new[] { "a", "b" }.Select(name => new InputFile($"file:///{name}", DataFormat.Jsonl, 1, "v")).ToArray();

        var plan = await planner.CutAsync(PassSetup.Spec(rowsPerShard: 10), files, CancellationToken.None);

        // Ids count modulo 30: rows 31 to 45 of a, and all 45 of b, have an id that came before.
        var duplicates = plan.Shards.SelectMany(shard => shard.DuplicateRows.Select(row => (shard.FileIndex, row)));
        Assert.Equal(
            [.. Enumerable.Range(31, 15).Select(row => (0, (long)row)), .. Enumerable.Range(1, 45).Select(row => (1, (long)row))],
            duplicates);
        Assert.All(plan.Shards, shard => Assert.All(shard.DuplicateRows, row =>
            Assert.InRange(row, shard.Range.FirstRow, shard.Range.FirstRow + shard.Range.RowCount - 1)));
    }

    private static WindowRow WithTokens(Row row, int number)
    {
        var other = row with { Location = row.Location with { RowNumber = number } };
        return NumberedRows.Prepare(other) with { Location = row.Location };
    }

    private sealed class Findings : IFindingWriter
    {
        public List<Finding> All { get; } = [];

        public ValueTask WriteAsync(Finding finding, CancellationToken cancellationToken)
        {
            All.Add(finding);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class RepeatedIds : IRowReader
    {
        private readonly NumberedRows _rows = new(45);

        public IAsyncEnumerable<RowRange> SplitAsync(string uri, int rowsPerRange, CancellationToken cancellationToken) =>
            _rows.SplitAsync(uri, rowsPerRange, cancellationToken);

        public async IAsyncEnumerable<Row> ReadAsync(
            string uri, RowRange range, IReadOnlySet<string>? columns,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var row in _rows.ReadAsync(uri, range, columns, cancellationToken))
            {
                yield return row with
                {
                    Columns = new Dictionary<string, RowValue> { ["id"] = RowValue.FromInteger(row.Location.RowNumber % 30) },
                };
            }
        }
    }
}
