using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Resolves a job's inputs and cuts them into shards. Reads what it must: line borders, and ids if rows have any.</summary>
/// <param name="blobs">Where the inputs live.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="formatOf">The format of a file, given the one that the job file names.</param>
public sealed class JobPlanner(
    IBlobStore blobs, Func<DataFormat, IRowReader> readers, Func<DataFormat, string, DataFormat> formatOf)
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
                throw new BatchLLMException($"Input {input.Uri} matches no file. Check the path and its wildcards.");
            }
        }

        return RefuseTwice(files);
    }

    /// <summary>Cuts files into shards.</summary>
    /// <exception cref="BatchLLMException">A file cannot be read, or none has a row.</exception>
    public async Task<JobPlan> CutAsync(
        JobSpec spec, IReadOnlyList<InputFile> files, CancellationToken cancellationToken)
    {
        var idColumn = spec.Prompt.OpenAiBatch ? "custom_id" : spec.IdColumn;
        var seen = new DuplicateIds();
        var shards = new List<NewShard>();
        for (var index = 0; index < files.Count; index++)
        {
            var reader = readers(files[index].Format);
            await foreach (var range in reader.SplitAsync(
                files[index].Uri, spec.Policies.RowsPerShard, cancellationToken))
            {
                var duplicates = idColumn is null
                    ? []
                    : await FindDuplicatesAsync(reader, files[index].Uri, range, idColumn, seen, cancellationToken);
                shards.Add(new NewShard(index, range, duplicates));
            }
        }

        return shards.Count > 0
            ? new JobPlan(files, shards, shards.Sum(shard => shard.Range.RowCount))
            : throw new BatchLLMException(
                $"{string.Join(", ", files.Select(file => file.Uri))}: no rows. An input needs at least one row.");
    }

    /// <summary>Two patterns that catch the same file would run its rows twice, under ids that then count as duplicates.</summary>
    private static List<InputFile> RefuseTwice(List<InputFile> files) =>
        files.GroupBy(file => file.Uri, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new BatchLLMException($"{twice.Key} is matched by more than one input. Name each file once.")
            : files;

    private static async Task<List<long>> FindDuplicatesAsync(
        IRowReader reader, string uri, RowRange range, string idColumn, DuplicateIds seen,
        CancellationToken cancellationToken)
    {
        var duplicates = new List<long>();
        var columns = new HashSet<string>(StringComparer.Ordinal) { idColumn };
        await foreach (var row in reader.ReadAsync(uri, range, columns, cancellationToken))
        {
            if (row.Columns.TryGetValue(idColumn, out var id) && !id.IsNull && seen.IsDuplicate(id.ToString()))
            {
                duplicates.Add(row.Location.RowNumber);
            }
        }

        return duplicates;
    }
}
