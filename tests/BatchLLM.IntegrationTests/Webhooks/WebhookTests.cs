using System.Globalization;
using System.Net;
using System.Text.Json;
using BatchLLM.Host.Service.Webhooks;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Webhooks;
using BatchLLM.Webhooks;
using Xunit;

namespace BatchLLM.IntegrationTests.Webhooks;

/// <summary>From a job that stops to a receiver that knows it.</summary>
public sealed class WebhookTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly byte[] _secret = WebhookSigning.NewSecret();
    private QueueBench? _bench;
    private PostgresDatabase? _database;
    private WebhookReceiver? _receiver;
    private WebhookSender? _sender;

    private QueueBench Bench => _bench!;

    private WebhookReceiver Receiver => _receiver!;

    private PostgresWebhookStore Store => new(_database!);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await QueueBench.OpenAsync(cluster);
        _database = await PostgresDatabase.OpenAsync(DatabaseAddress.Parse(_bench.Address), new RetryPolicy(), TimeProvider.System, null, Token);
        _receiver = await WebhookReceiver.StartAsync();
        _sender = Sender(_ => true);
    }

    public async ValueTask DisposeAsync()
    {
        _sender!.Dispose();
        await Receiver.DisposeAsync();
        await _database!.DisposeAsync();
        await Bench.DisposeAsync();
    }

    [Fact]
    public async Task A_completed_job_is_told_once_and_signed()
    {
        var job = await Bench.Store.CreateAsync("k", 1);
        await AddAsync();
        await Bench.Store.CompleteAsync(job);

        Assert.Equal(1, await _sender!.SendDueAsync(Token));
        Assert.Equal(0, await _sender.SendDueAsync(Token));

        var (headers, body) = Assert.Single(Receiver.Received);
        var (id, seconds) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        Assert.StartsWith("msg_", id, StringComparison.Ordinal);
        Assert.Equal(WebhookSigning.Sign(_secret, id, long.Parse(seconds, CultureInfo.InvariantCulture), body), headers["webhook-signature"].ToString());
        var message = JsonDocument.Parse(body).RootElement;
        Assert.Equal("job.completed", message.GetProperty("type").GetString());
        Assert.Equal(job.Id, message.GetProperty("data").GetProperty("id").GetInt64());
        Assert.Equal(TestJobs.RowsPerShard, message.GetProperty("data").GetProperty("rows").GetProperty("in").GetInt64());
        Assert.Equal((0L, 204), ((await Store.ListAsync(Token))[0].Waiting, (await Store.ListAsync(Token))[0].LastStatus));
    }

    [Fact]
    public async Task Line_ends_in_a_name_a_reason_or_an_address_make_no_header()
    {
        const string Evil = "x\r\nX-Evil: 1\r\n\r\n{}";
        await Store.AddAsync("default", new Uri(Receiver.Url + "&more=" + Evil).AbsoluteUri, _secret, Token);
        var definition = TestJobs.Job("k", 1) with { Name = Evil };
        var (job, _) = await Bench.Store.CreateAsync(definition, TestJobs.Shards(1), again: false, Token);
        await Bench.Store.CancelAsync(job.Id, Evil, Token);

        Assert.Equal(1, await _sender!.SendDueAsync(Token));

        var (headers, body) = Assert.Single(Receiver.Received);
        Assert.DoesNotContain("X-Evil", headers.Keys);
        Assert.Equal(Evil, JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Each_way_to_stop_is_told_with_its_reason_and_going_on_is_not()
    {
        await AddAsync();
        var job = await Bench.Store.CreateAsync("k", 1);
        await Bench.Store.PauseAsync(job.Id, "error budget spent", Token);
        await Bench.Store.ResumeAsync(job.Id, null, Token);
        await Bench.Store.CancelAsync(job.Id, "a mistake", Token);
        await Bench.SubmitAsync("broken");
        await Bench.Queue.FailAsync(await Bench.ClaimPlanAsync(), "no such file", Token);

        await _sender!.SendDueAsync(Token);

        Assert.Equal(
            ["job.cancelled a mistake", "job.failed no such file", "job.paused error budget spent"],
            Receiver.Received.Select(message => JsonDocument.Parse(message.Body).RootElement)
                .Select(message => $"{message.GetProperty("type")} {message.GetProperty("data").GetProperty("reason")}").Order());
    }

    [Fact]
    public async Task Another_tenant_s_job_is_not_told()
    {
        await AddAsync("other");
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("k", 1));

        Assert.Equal(0, await _sender!.SendDueAsync(Token));
    }

    [Fact]
    public async Task What_was_not_taken_is_sent_again_under_the_same_id()
    {
        await AddAsync();
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("k", 1));
        Receiver.Status = 503;
        await _sender!.SendDueAsync(Token);
        Assert.Equal(0, await _sender.SendDueAsync(Token));
        Assert.Equal((1L, 503), ((await Store.ListAsync(Token))[0].Waiting, (await Store.ListAsync(Token))[0].LastStatus));

        await LetTimePassAsync();
        Receiver.Status = 200;
        await _sender.SendDueAsync(Token);
        await LetTimePassAsync();
        await _sender.SendDueAsync(Token);

        Assert.Equal(2, Receiver.Received.Count);
        Assert.Single(Receiver.Received.Select(message => message.Headers["webhook-id"].ToString()).Distinct());
    }

    [Fact]
    public async Task Who_says_that_it_is_gone_hears_no_more()
    {
        await AddAsync();
        Receiver.Status = 410;
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("a", 1));
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("b", 1));

        await _sender!.SendDueAsync(Token);
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("c", 1));
        await LetTimePassAsync();

        Assert.Equal(0, await _sender.SendDueAsync(Token));
        Assert.NotNull((await Store.ListAsync(Token))[0].RemovedAt);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await AddAsync();
        Receiver.Status = 307;
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("a", 1));

        await _sender!.SendDueAsync(Token);

        Assert.Equal(307, (await Store.ListAsync(Token))[0].LastStatus);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task An_address_of_this_network_is_not_reached_under_any_name(string host)
    {
        using var sender = Sender(PublicAddresses.Contain);
        await Store.AddAsync(JobSubmission.DefaultTenant, new UriBuilder(Receiver.Url) { Host = host }.Uri.AbsoluteUri, _secret, Token);
        await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync("a", 1));

        await sender.SendDueAsync(Token);

        Assert.Empty(Receiver.Received);
        Assert.Equal((1L, null), ((await Store.ListAsync(Token))[0].Waiting, (await Store.ListAsync(Token))[0].LastStatus));
    }

    [Fact]
    public async Task Two_servers_send_each_message_once()
    {
        using var other = Sender(_ => true);
        await AddAsync();
        for (var job = 0; job < 24; job++)
        {
            await Bench.Store.CompleteAsync(await Bench.Store.CreateAsync($"job-{job}", 1));
        }

        var sent = await Task.WhenAll(
            _sender!.SendDueAsync(Token), other.SendDueAsync(Token), _sender.SendDueAsync(Token), other.SendDueAsync(Token));

        Assert.Equal(24, sent.Sum());
        Assert.Equal(24, Receiver.Received.Select(message => message.Headers["webhook-id"].ToString()).Distinct().Count());
    }

    private Task<Webhook> AddAsync(string tenant = JobSubmission.DefaultTenant) => Store.AddAsync(tenant, Receiver.Url, _secret, Token);

    private WebhookSender Sender(Func<IPAddress, bool> mayReach) =>
        new(Store, Bench.Store, WebhookClient.Create(mayReach), TimeProvider.System);

    private Task LetTimePassAsync() => Bench.ExecuteAsync("update batchllm.webhook_messages set due_at = clock_timestamp() where due_at is not null");
}
