using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BatchLLM.Batches;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>Requests of the OpenAI API as any client sends them.</summary>
internal static class OpenAiRequests
{
    /// <summary>A line of a batch's input.</summary>
    public static string Line(string id, string more = "") =>
        $"{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"{BatchUrls.Chat}\",\"body\":{{\"model\":\"{WorkingService.Model}\"," +
        $"\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}]{more}}}}}";

    /// <summary>Uploads a file; its id.</summary>
    public static async Task<string> UploadAsync(this ServiceHost service, string content, string? key = null)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", "requests.jsonl" },
        };
        using var response = await service.SendAsync(HttpMethod.Post, "/v1/files", key, form);
        return (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).GetProperty("id").GetString()!;
    }

    /// <summary>Asks for a batch.</summary>
    public static Task<HttpResponseMessage> PostBatchAsync(
        this ServiceHost service, string fileId, string window = "24h", string? key = null, string? idempotencyKey = null)
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["input_file_id"] = fileId,
            ["endpoint"] = BatchUrls.Chat,
            ["completion_window"] = window,
        });
        return service.SendAsync(
            HttpMethod.Post, "/v1/batches", key, new StringContent(body, Encoding.UTF8, "application/json"), idempotencyKey);
    }

    /// <summary>Makes a batch that must be accepted; its id.</summary>
    public static async Task<string> CreateBatchAsync(this ServiceHost service, string fileId, string window = "24h", string? key = null)
    {
        using var response = await service.PostBatchAsync(fileId, window, key);
        return (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).GetProperty("id").GetString()!;
    }

    /// <summary>Asks each time that a batch or a job has changed, until a batch has a status.</summary>
    public static async Task<JsonElement> WaitAsync(this ServiceHost service, string batchId, string status)
    {
        await using var changes = await service.WatchAsync("batches", "jobs");
        while (true)
        {
            var batch = await service.GetAsync($"/v1/batches/{batchId}");
            if (batch.GetProperty("status").GetString() == status)
            {
                return batch;
            }

            await changes.NextAsync();
        }
    }

    /// <summary>The lines of a file that a batch ended with.</summary>
    public static async Task<List<JsonElement>> LinesAsync(this ServiceHost service, JsonElement batch, string member) =>
    [
        .. (await service.Client.GetStringAsync($"/v1/files/{batch.GetProperty(member).GetString()}/content"))
            .TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement),
    ];

    /// <summary>An answer that must be good.</summary>
    public static async Task<JsonElement> GetAsync(this ServiceHost service, string path, string? key = null)
    {
        using var response = await service.SendAsync(HttpMethod.Get, path, key);
        return await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
    }

    /// <summary>The error of an answer of a status, in the API's envelope.</summary>
    public static async Task<JsonElement> ErrorOfAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var error = (await ServiceHost.JsonOfAsync(response, status)).GetProperty("error");
        Xunit.Assert.Equal(
            ["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Xunit.Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return error;
    }

    /// <summary>Sends a request.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this ServiceHost service,
        HttpMethod method,
        string path,
        string? key = null,
        HttpContent? content = null,
        string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await service.Client.SendAsync(request);
    }
}
