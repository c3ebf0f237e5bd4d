using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Resolves a job's inputs and cuts them into shards. Reads what it must: line borders, and ids if rows have any.</summary>
/// <param name="blobs">Where the inputs live.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="formatOf">The format of a file, given the one that the job file names.</param>
/// <param name="scratch">Makes room for the ids of a job that has many.</param>
public sealed class JobPlanner(
    IBlobStore blobs,
    Func<DataFormat, IRowReader> readers,
    Func<DataFormat, string, DataFormat> formatOf,
    Func<IScratch> scratch)
{
    /// <summary>Plans a job whose URIs are absolute.</summary>
    /// <exception cref="BatchLLMException">An input matches nothing, cannot be read, or no input has a row.</exception>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken) =>
        await CutAsync(spec, await ResolveAsync(spec.Inputs, cancellationToken), cancellationToken);

    /// <summary>The files that a job's inputs match, in order.</summary>
    /// <exception cref="BatchLLMException">An input matches nothing, or a file twice.</exception>
    public async Task<IReadOnlyList<InputFile>> ResolveAsync(
        IReadOnlyList<InputSpec> inputs, CancellationToken cancellationToken)
    {
        var files = new List<InputFile>();
        foreach (var input in inputs)
        {
            var before = files.Count;
            await foreach (var blob in blobs.ListAsync(input.Uri, cancellationToken))
            {
                files.Add(new InputFile(blob.Uri, formatOf(input.Format, blob.Uri), blob.Length, blob.Version));
            }

            if (files.Count == before)
            {
                throw new BatchLLMException($"Input {input.Uri} matches no file. Check the path and its wildcards; the files of a folder are its name and /*.");
            }
        }

        return RefuseTwice(files);
    }

    /// <summary>Cuts files into shards.</summary>
    /// <exception cref="BatchLLMException">A file cannot be read, none has a row, or there is no room for the ids.</exception>
    public async Task<JobPlan> CutAsync(
        JobSpec spec, IReadOnlyList<InputFile> files, CancellationToken cancellationToken)
    {
        var shards = await SplitAsync(spec, files, cancellationToken);
        var rows = shards.Sum(shard => shard.Range.RowCount);
        if (rows == 0)
        {
            throw new BatchLLMException(
                $"{string.Join(", ", files.Select(file => file.Uri))}: no rows. An input needs at least one row.");
        }

        if ((spec.Prompt.OpenAiBatch ? "custom_id" : spec.IdColumn) is { } idColumn)
        {
            MarkDuplicates(shards, await FindDuplicatesAsync(files, shards, rows, idColumn, cancellationToken));
        }

        return new JobPlan(files, shards, rows);
    }

    /// <summary>The shards of files, without a look at their rows' ids: the same files give the same shards every time.</summary>
    /// <exception cref="BatchLLMException">A file cannot be read.</exception>
    public async Task<List<NewShard>> SplitAsync(
        JobSpec spec, IReadOnlyList<InputFile> files, CancellationToken cancellationToken)
    {
        if (spec.Policies.RowsPerShard is { } rowsPerShard)
        {
            return await SplitAsync(files, rowsPerShard, cancellationToken);
        }

        var shards = await SplitAsync(files, ShardSize.OfSmallJobs, cancellationToken);
        return ShardSize.Join(shards, ShardSize.Of(shards.Sum(shard => shard.Range.RowCount)));
    }

    /// <summary>Two patterns that catch the same file would run its rows twice, under ids that then count as duplicates.</summary>
    private static List<InputFile> RefuseTwice(List<InputFile> files) =>
        files.GroupBy(file => file.Uri, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new BatchLLMException($"{twice.Key} is matched by more than one input. Name each file once.")
            : files;

    private async Task<List<NewShard>> SplitAsync(
        IReadOnlyList<InputFile> files, int rowsPerShard, CancellationToken cancellationToken)
    {
        var shards = new List<NewShard>();
        for (var index = 0; index < files.Count; index++)
        {
            var ranges = readers(files[index].Format).SplitAsync(files[index].Uri, rowsPerShard, cancellationToken);
            await foreach (var range in ranges)
            {
                shards.Add(new NewShard(index, range, []));
            }
        }

        return shards;
    }

    private async Task<IReadOnlyList<(int File, long Row)>> FindDuplicatesAsync(
        IReadOnlyList<InputFile> files, List<NewShard> shards, long rows, string idColumn, CancellationToken cancellationToken)
    {
        using var room = scratch();
        var ids = new DuplicateIds(room, rows);
        var columns = new HashSet<string>(StringComparer.Ordinal) { idColumn };
        await Parallel.ForEachAsync(shards, cancellationToken, async (shard, token) =>
        {
            var file = files[shard.FileIndex];
            await foreach (var row in readers(file.Format).ReadAsync(file.Uri, shard.Range, columns, token))
            {
                if (row.Columns.TryGetValue(idColumn, out var id) && !id.IsNull)
                {
                    ids.Add(shard.FileIndex, row.Location.RowNumber, id.ToString());
                }
            }
        });
        return ids.Find();
    }

    private static void MarkDuplicates(List<NewShard> shards, IReadOnlyList<(int File, long Row)> duplicates)
    {
        for (int index = 0, next = 0; next < duplicates.Count; index++)
        {
            var first = next;
            while (next < duplicates.Count && Holds(shards[index], duplicates[next]))
            {
                next++;
            }

            var rows = duplicates.Skip(first).Take(next - first).Select(duplicate => duplicate.Row);
            shards[index] = shards[index] with { DuplicateRows = [.. rows] };
        }
    }

    private static bool Holds(NewShard shard, (int File, long Row) row) =>
        row.File == shard.FileIndex && row.Row < shard.Range.FirstRow + shard.Range.RowCount;
}
