using System.Globalization;
using Npgsql;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Hears of how far jobs are, by a trigger that only a benchmark puts on its database: who asked again and again would be a load of its own,
/// and one that is counted. It tells of a new state and of each quarter of the shards, so that it costs a job a handful of transactions.
/// </summary>
internal sealed class JobSignals : IAsyncDisposable
{
    /// <summary>The quarter of a job that is over, published or not.</summary>
    public const int Over = 5;

    private const string Trigger =
        """
        create function batchllm.tell_benchmark() returns trigger language plpgsql as $$
        begin
          perform pg_notify('batchllm_benchmark', new.id || ' ' ||
            case when new.state in ('queued', 'running') then 4 * new.committed_shards / greatest(new.shard_count, 1) else 5 end);
          return null;
        end
        $$;
        create trigger tell_benchmark after update on batchllm.jobs for each row
          when (old.state <> new.state or 4 * old.committed_shards / greatest(old.shard_count, 1) <> 4 * new.committed_shards / greatest(new.shard_count, 1))
          execute function batchllm.tell_benchmark();
        listen batchllm_benchmark;
        """;

    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<long, int> _quarters = [];

    private JobSignals(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notification += (_, told) => Note(told.Payload);
    }

    /// <summary>Listens from when this returns.</summary>
    public static async Task<JobSignals> ListenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Trigger, connection);
        await command.ExecuteNonQueryAsync();
        return new JobSignals(connection);
    }

    /// <summary>Waits until so many quarters of a job's shards are committed, or until it is <see cref="Over"/>.</summary>
    public async Task ReachedAsync(long jobId, int quarters)
    {
        while (_quarters.GetValueOrDefault(jobId) < quarters)
        {
            await _connection.WaitAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Note(string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        _quarters[long.Parse(payload.AsSpan(0, space), CultureInfo.InvariantCulture)] = int.Parse(payload.AsSpan(space + 1), CultureInfo.InvariantCulture);
    }
}
