using BatchLLM.Jobs;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A shard of the model.</summary>
internal sealed class ModelShard
{
    internal int Epoch { get; private set; }

    internal bool IsHeld { get; set; }

    internal bool HasExpired { get; set; }

    internal bool IsCommitted { get; set; }

    internal bool IsFree => !IsCommitted && (!IsHeld || HasExpired);

    internal bool IsHeldBy(ShardLease lease) => IsHeld && Epoch == lease.Epoch;

    internal void Lease() => (Epoch, IsHeld, HasExpired) = (Epoch + 1, true, false);
}
