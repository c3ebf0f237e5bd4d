using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Reads the rows of one nested field of one row group: those of its leaves, put together.</summary>
/// <param name="column">Receives them.</param>
/// <param name="leaves">One reader for each value under the field, in file order.</param>
/// <param name="assembly">Puts them together.</param>
internal sealed class NestedFieldReader(
    ParquetColumn column, IReadOnlyList<LeafReader> leaves, RecordAssembly assembly) : IAsyncDisposable
{
    private readonly LeafEntries[] _entries = [.. leaves.Select(leaf => leaf.Entries)];

    /// <summary>What the leaves are read from.</summary>
    public IEnumerable<ColumnChunkReader> Chunks => leaves.Select(leaf => leaf.Chunk);

    /// <summary>Passes over rows.</summary>
    public async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        foreach (var leaf in leaves)
        {
            await leaf.SkipAsync(rows, cancellationToken);
        }
    }

    /// <summary>Makes sure that rows can be read.</summary>
    /// <returns>At least 1 and at most as many as wanted.</returns>
    public async ValueTask<int> LoadAsync(int rows, CancellationToken cancellationToken)
    {
        foreach (var leaf in leaves)
        {
            rows = await leaf.LoadAsync(rows, cancellationToken);
        }

        return rows;
    }

    /// <summary>Reads the next rows.</summary>
    /// <param name="rows">At most what <see cref="LoadAsync"/> said.</param>
    public void Read(int rows)
    {
        foreach (var leaf in leaves)
        {
            leaf.Give(rows);
        }

        assembly.Fill(column, rows, _entries);
    }

    /// <summary>As <see cref="ColumnChunkReader.VerifyAsync"/>, in every leaf.</summary>
    public async ValueTask VerifyAsync()
    {
        foreach (var leaf in leaves)
        {
            await leaf.VerifyAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var leaf in leaves)
        {
            await leaf.DisposeAsync();
        }
    }
}
