using BatchLLM.Batches;
using BatchLLM.Postgres.Retention;

namespace BatchLLM.Host.Service.Retention;

/// <summary>Deletes files of the OpenAI API that came long ago. Their bytes go as those of any file that is deleted.</summary>
/// <param name="store">Knows how old they are.</param>
/// <param name="files">Deletes them.</param>
internal sealed class FileRetention(PostgresRetention store, IFileStore files)
{
    private const int AtOnce = 100;

    /// <summary>Deletes all that are old enough; how many that was.</summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<int> DeleteAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var deleted = 0;
            foreach (var id in await store.ListFilesAsync(age, AtOnce, cancellationToken))
            {
                // One that a batch was made of a moment ago stays.
                deleted += await files.DeleteAsync(id, cancellationToken) == FileDeletion.Deleted ? 1 : 0;
            }

            if (deleted == 0)
            {
                return total;
            }

            total += deleted;
        }
    }
}
