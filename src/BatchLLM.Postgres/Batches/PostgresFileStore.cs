using BatchLLM.Batches;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Batches;

/// <summary>Files in PostgreSQL.</summary>
public sealed class PostgresFileStore(PostgresDatabase database) : IFileStore
{
    /// <inheritdoc/>
    public Task<StoredFile> AddAsync(NewFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        return database.RunAsync(session => AddAsync(session, file), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoredFile?> FindAsync(string id, CancellationToken cancellationToken) => database.RunAsync(
        async session => (await session.FindAsync<FileRow>("Batches/find_file.sql", new { Id = id }))?.ToFile(), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredFile>?> ListAsync(FileFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return database.RunAsync(session => ListAsync(session, filter, limit), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<FileDeletion> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var parameters = new { Id = id };
        return database.RunAsync(
            async session =>
            {
                if (!await session.FindAsync<bool>("Batches/lock_file.sql", parameters))
                {
                    return session.IsRepeated ? FileDeletion.Deleted : FileDeletion.NotThere;
                }

                // A statement of its own, so that it sees what was made while the lock was waited for.
                if (await session.FindAsync<bool>("Batches/is_file_in_use.sql", parameters))
                {
                    return FileDeletion.InUse;
                }

                await session.ExecuteAsync("Batches/delete_file.sql", parameters);
                return FileDeletion.Deleted;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredFile>> ListRemovableAsync(int limit, CancellationToken cancellationToken) => database.RunAsync(
        async session => FilesOf(await session.QueryAsync<FileRow>("Batches/list_removable.sql", new { Limit = limit })),
        cancellationToken);

    /// <inheritdoc/>
    public Task NoteRemovedAsync(string id, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Batches/note_removed.sql", new { Id = id }), cancellationToken);

    internal static async Task<StoredFile> AddAsync(Session session, NewFile file) =>
        (await session.FindAsync<FileRow>("Batches/add_file.sql", FileRow.Parameters(file)))!.ToFile();

    private static async Task<IReadOnlyList<StoredFile>?> ListAsync(Session session, FileFilter filter, int limit)
    {
        var number = filter.After is null
            ? null
            : await session.FindAsync<long?>("Batches/find_file_number.sql", new { filter.After, filter.Tenant });
        if (filter.After is not null && number is null)
        {
            return null;
        }

        var statement = filter.OldestFirst ? "Batches/list_oldest_files.sql" : "Batches/list_files.sql";
        var purpose = filter.Purpose is { } one ? FileRow.NameOf(one) : null;
        return FilesOf(await session.QueryAsync<FileRow>(
            statement, new { filter.Tenant, Purpose = purpose, Number = number, Limit = limit }));
    }

    private static IReadOnlyList<StoredFile> FilesOf(IReadOnlyList<FileRow> rows) => [.. rows.Select(row => row.ToFile())];
}
