using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Blobs;
using BatchLLM.Host;
using BatchLLM.Host.Service;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.OpenAi;
using BatchLLM.Host.Service.Telemetry;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Postgres.Database;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>The web application of <c>serve</c> over a real socket and a database of its own. It runs no jobs.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    /// <summary>Bytes of an uploaded file at most.</summary>
    public const int MostFileBytes = 1 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-service-");
    private readonly StringWriter _log = new();
    private readonly DatabaseAddress _address;
    private readonly DatabaseSession _state;
    private readonly WebApplication _app;

    private ServiceHost(
        DatabaseAddress address, DatabaseSession state, bool needsKeys, Func<ServiceSettings, ServiceSettings>? change)
    {
        (_address, _state) = (address, state);
        Root = _folder.CreateSubdirectory("root").FullName;
        Data = _folder.CreateSubdirectory("openai").FullName;
        var roots = new JobRoots(
            [BlobUri.FromText(Root, "/"), "s3://bucket/in"], new ModelRoots([Path.GetDirectoryName(Checkout.DemoModel)!]));
        var settings = new ServiceSettings(new IPEndPoint(IPAddress.Loopback, 0), roots, needsKeys)
        {
            OpenAi = new OpenAiSettings(BlobUri.FromText(Data, "/"), MostFileBytes),
        };
        _app = ServiceApp.Create(
            change is null ? settings : change(settings), state, TextWriter.Synchronized(_log), TimeProvider.System);
    }

    /// <summary>The one folder that its jobs may name.</summary>
    public string Root { get; }

    /// <summary>Where it keeps files of the OpenAI API.</summary>
    public string Data { get; }

    /// <summary>What it has logged.</summary>
    public string Log => _log.ToString();

    /// <summary>Durable state.</summary>
    public DatabaseSession State => _state;

    /// <summary>A client of it.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>Its parts.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts one.</summary>
    public static async Task<ServiceHost> StartAsync(
        TestCluster cluster, bool needsKeys = false, Func<ServiceSettings, ServiceSettings>? change = null) =>
        await StartAsync(await cluster.CreateDatabaseAsync(), needsKeys, change);

    /// <summary>Starts another server with this one's database.</summary>
    public Task<ServiceHost> StartBesideAsync() => StartAsync(_address, needsKeys: false, change: null);

    private static async Task<ServiceHost> StartAsync(
        DatabaseAddress address, bool needsKeys, Func<ServiceSettings, ServiceSettings>? change)
    {
        var host = new ServiceHost(
            address, await DatabaseSession.OpenAsync(address.ConnectionString, CancellationToken.None), needsKeys, change);
        await host._app.StartAsync();
        host.Client.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
        await _state.DisposeAsync();
        await _log.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Stops it.</summary>
    public Task StopAsync() => _app.StopAsync();

    /// <summary>Has it look at the queue now, for its metrics.</summary>
    public Task LookAtQueueAsync() => _app.Services.GetRequiredService<QueueGauges>().LookAsync(CancellationToken.None);

    /// <summary>Changes its state behind its back.</summary>
    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(_address.ConnectionString);
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>Tells from now on whenever a row of some tables is written.</summary>
    public Task<TableChanges> WatchAsync(params string[] tables) => TableChanges.WatchAsync(_address, tables);

    /// <summary>Takes its database away.</summary>
    public async Task DropDatabaseAsync()
    {
        var address = new NpgsqlConnectionStringBuilder(_address.ConnectionString);
        var name = address.Database;
        address.Database = "postgres";
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.ExecuteAsync($"drop database {name} with (force)");
    }

    /// <summary>A good job file, to be changed by the test.</summary>
    public static JsonObject Job(string name = "job") => new()
    {
        ["name"] = name,
        ["model"] = "model",
        ["engine"] = "echo",
        ["input"] = "tickets.jsonl",
        ["id_column"] = "ticket_id",
        ["prompt"] = new JsonObject { ["text"] = "{{body}}" },
        ["output"] = new JsonObject { ["uri"] = $"out/{name}" },
        ["policies"] = new JsonObject { ["rows_per_shard"] = 10 },
    };

    /// <summary>Hands a job in.</summary>
    public Task<HttpResponseMessage> SubmitAsync(JsonNode job, string query = "", string? key = null) =>
        SubmitAsync(job.ToJsonString(), query, key);

    /// <summary>Hands a text in as a job file.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string body, string query = "", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs{query}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Hands a job in that must be accepted; its number.</summary>
    public async Task<long> AcceptAsync(JsonNode job, string query = "")
    {
        using var response = await SubmitAsync(job, query);
        return (await JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64();
    }

    /// <summary>An answer's JSON, if it has the status.</summary>
    public static async Task<JsonElement> JsonOfAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Xunit.Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}, not {(int)status}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The detail of a problem of a status.</summary>
    public static async Task<string> ProblemOfAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var problem = await JsonOfAsync(response, status);
        Xunit.Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Xunit.Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Xunit.Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        return problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}
