using System.Net;
using BatchLLM.Host.Service.OpenAi;
using BatchLLM.Host.Service.Retention;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service.OpenAi;
using BatchLLM.IntegrationTests.Work;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Files of the OpenAI API that came long ago, and what uploads left that were killed.</summary>
public sealed class FileRetentionTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_files_go_but_for_those_with_a_lifetime_of_their_own_and_those_that_a_batch_is_to_read()
    {
        var (old, young) = (await Service.UploadAsync("{}"), await Service.UploadAsync("{}"));
        var (read, lasting) = (await Service.UploadAsync(OpenAiRequests.Line("a")), await Service.UploadAsync("{}"));
        await Service.CreateBatchAsync(read);
        await Service.ExecuteAsync("update batchllm.files set created_at = now() - interval '40 d' where id <> @young", new { young });
        await Service.ExecuteAsync("update batchllm.files set expires_at = now() + interval '1 d' where id = @lasting", new { lasting });
        var retention = Service.Services.GetRequiredService<FileRetention>();

        var deleted = await retention.DeleteAsync(TimeSpan.FromDays(30), Token);

        Assert.Equal((1, 0), (deleted, await retention.DeleteAsync(TimeSpan.FromDays(30), Token)));
        foreach (var (id, status) in new[] { (old, HttpStatusCode.NotFound), (young, HttpStatusCode.OK), (read, HttpStatusCode.OK), (lasting, HttpStatusCode.OK) })
        {
            using var response = await Service.SendAsync(HttpMethod.Get, $"/v1/files/{id}");
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task What_no_file_has_goes_once_it_has_stood_still_for_an_hour()
    {
        var known = await Service.UploadAsync("{}");
        var inputs = Path.Combine(Service.Data, "inputs");
        var (orphan, half, growing) = (Path.Combine(inputs, $"file-{new string('o', 24)}.jsonl"),
            Path.Combine(inputs, ".file-h.jsonl.0.tmp"), Path.Combine(inputs, ".file-g.jsonl.0.tmp"));
        foreach (var path in new[] { orphan, half, growing })
        {
            await File.WriteAllTextAsync(path, "{", Token);
        }

        var time = new ManualTime();
        var sweep = new UploadSweep(Service.State.Retention, Service.Services.GetRequiredService<OpenAiPlaces>(), time);
        Assert.Equal(0, await sweep.RunAsync(Token));
        time.Advance(59 * 60);
        await File.AppendAllTextAsync(growing, "more", Token);
        Assert.Equal(0, await sweep.RunAsync(Token));
        time.Advance(2 * 60);
        Assert.Equal(2, await sweep.RunAsync(Token));

        Assert.Equal([Path.GetFileName(growing), $"{known}.jsonl"], Directory.GetFiles(inputs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
