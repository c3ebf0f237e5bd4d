using System.Net;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>How long a job will still take, wherever it is asked.</summary>
public sealed class EtaTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_the_list_and_the_job_say_the_same_range()
    {
        // 20 of 100 shards within the last 20 s, one a second, and one that somebody holds.
        await Service.ExecuteAsync(
            """
            insert into batchllm.jobs (request, row_count, shard_count, committed_shards, ok, name, key, spec, model, output_uri, inputs, state, planned_at)
            values (gen_random_uuid(), 10000, 100, 20, 2000, 'job', 'k', '{}', '/models/tiny', 'file:///out', '[]', 'running', now() - interval '20 s');
            insert into batchllm.shards (job_id, first_row, row_count, byte_offset, first_line, shard_index, file_index, epoch, worker, leased_at,
                                         leased_until, lease_request, committed_at, ok, truncated, failed, prompt_tokens, completion_tokens,
                                         part_uri, part_length, part_sha256)
            select 1, 1 + 100 * s, 100, 0, 0, s, 0, 1, 'w', now() - make_interval(secs => 20 - s),
                   case when s = 20 then now() + interval '1 h' end, case when s = 20 then gen_random_uuid() end,
                   case when s < 20 then now() - make_interval(secs => 19 - s) end,
                   case when s < 20 then 100 end, case when s < 20 then 0 end, case when s < 20 then 0 end, case when s < 20 then 9 end,
                   case when s < 20 then 9 end, case when s < 20 then 'p' end, case when s < 20 then 1 end, case when s < 20 then 'x' end
              from generate_series(0, 20) as s;
            """);
        var glance = (await Service.State.Overview.FindAsync(1, Token))!;
        var expected = TimeLeft.Of(glance, glance.SeenAt)!.Value;

        using var one = await Client.GetAsync("/api/jobs/1", Token);
        using var list = await Client.GetAsync("/api/jobs", Token);

        var job = await ServiceHost.JsonOfAsync(one, HttpStatusCode.OK);
        var listed = (await ServiceHost.JsonOfAsync(list, HttpStatusCode.OK)).GetProperty("jobs")[0];
        foreach (var eta in new[] { job.GetProperty("eta"), listed.GetProperty("eta") })
        {
            // As much later as the requests took, so a little slower.
            Assert.InRange(eta.GetProperty("shortest_seconds").GetDouble(), Math.Floor(expected.Shortest.TotalSeconds), expected.Shortest.TotalSeconds * 2);
            Assert.InRange(eta.GetProperty("longest_seconds").GetDouble(), Math.Floor(expected.Longest.TotalSeconds), expected.Longest.TotalSeconds * 2);
            Assert.InRange(80, eta.GetProperty("shortest_seconds").GetDouble(), eta.GetProperty("longest_seconds").GetDouble());
        }

        await Service.ExecuteAsync("update batchllm.shards set leased_until = null");
        using var forsaken = await Client.GetAsync("/api/jobs/1", Token);
        Assert.False((await ServiceHost.JsonOfAsync(forsaken, HttpStatusCode.OK)).TryGetProperty("eta", out _));
    }
}
