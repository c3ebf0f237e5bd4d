using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Rows of a shard whose end is known before it is run: they are not computed, and stand in its output as they are.</summary>
public interface IKnownRows
{
    /// <summary>Finds them.</summary>
    /// <param name="lease">The shard.</param>
    /// <param name="rows">Its rows, made ready, in input order.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>[rows], with null for each that is to be computed; null if all are.</returns>
    /// <exception cref="BatchLLMException">What they are to be taken from is gone, or is not what the job wrote.</exception>
    Task<IReadOnlyList<CompletedRow?>?> FindAsync(
        ShardLease lease, IReadOnlyList<WindowRow> rows, CancellationToken cancellationToken);
}
