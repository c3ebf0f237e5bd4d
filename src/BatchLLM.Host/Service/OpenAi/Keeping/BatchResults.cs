using System.Runtime.CompilerServices;
using BatchLLM.Batches;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>Reads what became of a batch's requests from the published files of its job.</summary>
/// <param name="job">The job, which is over and published.</param>
/// <param name="spec">Its spec.</param>
/// <param name="shards">Its committed shards, in order of their index.</param>
internal sealed class BatchResults(Job job, JobSpec spec, IReadOnlyList<CommittedShard> shards)
{
    private const string Id = "custom_id";

    private static readonly JsonlRowReader Reader = new(JobAssembly.Blobs);

    private static readonly HashSet<string> AnswerColumns =
        [Id, "completion", "finish_reason", "prompt_tokens", "completion_tokens"];

    private static readonly HashSet<string> FailureColumns = ["id", "row", "code", "message"];

    private static readonly HashSet<string> InputColumns = [Id];

    private readonly OutputLayout _layout = JobAssembly.LayoutOf(job, spec);

    /// <summary>Requests with an answer.</summary>
    public async IAsyncEnumerable<BatchAnswer> AnswersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var shard in shards)
        {
            var range = shard.Shard.Range;
            var part = ReadAsync(_layout.Part(shard.ShardIndex), Whole(range.RowCount), AnswerColumns, cancellationToken);
            await foreach (var row in part)
            {
                if (!row.Columns["completion"].IsNull)
                {
                    yield return AnswerOf(row, range.FirstRow + row.Location.RowNumber - 1);
                }
            }
        }
    }

    /// <summary>Requests that failed.</summary>
    public async IAsyncEnumerable<(long Row, string CustomId, RowError Error)> FailuresAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (job.Counts.Failed == 0)
        {
            yield break;
        }

        var lines = ReadAsync(_layout.Errors, Whole(job.Counts.Failed), FailureColumns, cancellationToken);
        await foreach (var line in lines)
        {
            var error = new RowError(line.Columns["code"].Text, line.Columns["message"].Text);
            yield return (line.Columns["row"].Integer, line.Columns["id"].ToString(), error);
        }
    }

    /// <summary>Requests that were never run: those of shards that are not committed.</summary>
    public async IAsyncEnumerable<(long Row, string CustomId)> UnrunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (job.State == JobState.Completed)
        {
            yield break;
        }

        // Cut as planning cut it; the job may have been stopped before that.
        var committed = shards.Select(shard => shard.ShardIndex).ToHashSet();
        var uri = spec.Inputs[0].Uri;
        var all = await JobAssembly.Planner.SplitAsync(spec, [new InputFile(uri, DataFormat.Jsonl, 0, "")], cancellationToken);
        foreach (var shard in all.Where((_, index) => !committed.Contains(index)))
        {
            await foreach (var row in ReadAsync(uri, shard.Range, InputColumns, cancellationToken))
            {
                yield return (row.Location.RowNumber, row.Columns[Id].ToString());
            }
        }
    }

    private static BatchAnswer AnswerOf(Row row, long number) => new(
        number,
        row.Columns[Id].ToString(),
        row.Columns["completion"].Text,
        row.Columns["finish_reason"].Text,
        (int)row.Columns["prompt_tokens"].Integer,
        (int)row.Columns["completion_tokens"].Integer);

    private static RowRange Whole(long rows) => new(FirstRow: 1, rows, ByteOffset: 0, FirstLine: 1);

    private static async IAsyncEnumerable<Row> ReadAsync(
        string uri, RowRange range, HashSet<string> columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in Reader.ReadAsync(uri, range, columns, cancellationToken))
        {
            yield return row.Error is null
                ? row
                : throw new BatchLLMException($"{row.Location}: {row.Error.Message} It is no row that this service wrote or accepted.");
        }
    }
}
