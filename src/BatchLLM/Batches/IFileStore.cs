namespace BatchLLM.Batches;

/// <summary>
/// The files of a service. Their bytes are in a blob store, which this does not know. All times are the store's clock; every
/// operation is atomic, and safe to repeat.
/// </summary>
public interface IFileStore
{
    /// <summary>Keeps a file.</summary>
    Task<StoredFile> AddAsync(NewFile file, CancellationToken cancellationToken);

    /// <summary>The file; null if there is none, or it was deleted or has expired.</summary>
    Task<StoredFile?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Files that are there, at most <paramref name="limit"/>; null if the one that they are to follow never was there for the
    /// filter's tenant. It may have been deleted since: who deletes what a page lists goes on behind it.
    /// </summary>
    Task<IReadOnlyList<StoredFile>?> ListAsync(FileFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a file for its readers; its bytes go when <see cref="ListRemovableAsync"/> has named it.</summary>
    Task<FileDeletion> DeleteAsync(string id, CancellationToken cancellationToken);

    /// <summary>Some of the files whose bytes are to go: deleted, or expired and of no batch that is not over.</summary>
    Task<IReadOnlyList<StoredFile>> ListRemovableAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Notes that a file's bytes are gone.</summary>
    Task NoteRemovedAsync(string id, CancellationToken cancellationToken);
}
