#pragma warning disable OPENAI001 // The official client calls its batches and sizes experimental.

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using BatchLLM.IntegrationTests.Peers;
using OpenAI;
using OpenAI.Batch;
using OpenAI.Chat;
using OpenAI.Files;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>The official clients, .NET's and npm's, against the service: they read every value that it sends.</summary>
public sealed class ClientTests : IClassFixture<WorkingService>
{
    private readonly WorkingService _working;
    private readonly OpenAIClient _client;

    public ClientTests(WorkingService working)
    {
        _working = working;
        _client = new OpenAIClient(
            new ApiKeyCredential("none"),
            new OpenAIClientOptions { Endpoint = new Uri($"{working.Url}/v1"), RetryPolicy = new ClientRetryPolicy(0) });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OpenAIFileClient Files => _client.GetOpenAIFileClient();

    private BatchClient Batches => _client.GetBatchClient();

    [Fact]
    public async Task The_dotnet_client_uploads_creates_waits_and_downloads()
    {
        var file = await UploadAsync(
            Request("greedy", "\"temperature\":0"), Request("short", "\"max_tokens\":1"), Request("odd", "\"logprobs\":true"),
            Request("open", "\"seed\":7"));
        Assert.Equal((FilePurpose.Batch, "requests.jsonl"), (file.Purpose, file.Filename));

        var operation = await CreateAsync(file.Id, "{\"nightly\":\"yes\"}");
        await operation.WaitForCompletionAsync(Token);
        var batch = Read<BatchJob>((await operation.GetBatchAsync(null)).GetRawResponse().Content);

        Assert.Equal("yes", batch.Metadata["nightly"]);
        Assert.True(batch.CreatedAt <= batch.InProgressAt && batch.InProgressAt <= batch.FinalizingAt && batch.FinalizingAt <= batch.CompletedAt);
        Assert.Equal(batch.CreatedAt.AddDays(1), batch.ExpiresAt);
        await AssertAnswersAsync(batch);
        await AssertErrorsAsync(batch);
        await AssertCountsAsync(operation);
    }

    [Fact]
    public async Task The_dotnet_client_lists_shows_and_deletes_files_and_models()
    {
        var file = await UploadAsync(Request("a", "\"n\":1"));

        Assert.Contains(file.Id, (await Files.GetFilesAsync(FilePurpose.Batch, Token)).Value.Select(each => each.Id));
        Assert.DoesNotContain(file.Id, (await Files.GetFilesAsync(FilePurpose.BatchOutput, Token)).Value.Select(each => each.Id));
        Assert.Equal(file.SizeInBytesLong, (await Files.GetFileAsync(file.Id, Token)).Value.SizeInBytesLong);
        Assert.True((await Files.DeleteFileAsync(file.Id, Token)).Value.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => Files.GetFileAsync(file.Id, Token));
        Assert.Equal(404, gone.Status);
        Assert.Contains("There is no such file.", gone.Message, StringComparison.Ordinal);

        var models = _client.GetOpenAIModelClient();
        Assert.Contains(WorkingService.Model, (await models.GetModelsAsync(Token)).Value.Select(model => model.Id));
        Assert.Equal("batchllm", (await models.GetModelAsync(WorkingService.Model, Token)).Value.OwnedBy);
    }

    [Fact]
    public async Task The_dotnet_client_pages_cancels_and_reads_faults()
    {
        var file = await UploadAsync("no request", Request("a", "\"n\":1"));
        var failing = await CreateAsync(file.Id, "null");
        await failing.WaitForCompletionAsync(Token);
        var later = await CreateAsync(file.Id, "null");

        var errors = Json(await failing.GetBatchAsync(null)).GetProperty("errors").GetProperty("data");
        Assert.Equal("invalid_json_line", errors[0].GetProperty("code").GetString());
        Assert.Equal(1, errors[0].GetProperty("line").GetInt32());
        var ids = new List<string>();
        await foreach (var batch in Batches.GetBatchesAsync(new BatchCollectionOptions { PageSizeLimit = 1 }, Token))
        {
            ids.Add(batch.Id);
        }

        Assert.True(ids.IndexOf(later.BatchId) is >= 0 and var newer && newer < ids.IndexOf(failing.BatchId));
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => failing.CancelAsync(null));
        Assert.Equal(409, refused.Status);
    }

    [Fact]
    public async Task The_npm_client_sees_a_whole_life()
    {
        var said = (await NodePeer.RunAsync("openai_batch.mjs", [_working.Url, WorkingService.Model], []))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("what").GetString()!);

        var file = said["file"].GetProperty("file");
        Assert.Equal(("requests é.jsonl", "processed"), (Text(file, "filename"), Text(file, "status")));
        Assert.Equal(3600, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
        Assert.Equal("validating", Text(said["created"].GetProperty("batch"), "status"));
        AssertEnded(said["ended"]);
        Assert.StartsWith("cancel", Text(said["cancel"].GetProperty("batch"), "status"), StringComparison.Ordinal);
        AssertInOrder(said["batches"]);
        AssertInOrder(said["files"]);
        Assert.Contains(WorkingService.Model, Ids(said["models"], "ids"));
        Assert.True(said["deleted"].GetProperty("answer").GetProperty("deleted").GetBoolean());
        Assert.Equal(404, said["deleted"].GetProperty("after").GetProperty("status").GetInt32());
        Assert.Equal((404, "input_file_id"), Refusal(said["refused"], "file"));
        Assert.Equal((400, "endpoint"), Refusal(said["refused"], "endpoint"));
        Assert.Equal((409, "id"), Refusal(said["refused"], "cancel"));
        Assert.Equal((400, "purpose"), Refusal(said["refused"], "purpose"));
        Assert.Equal((404, null), Refusal(said["refused"], "route"));
    }

    private static void AssertEnded(JsonElement ended)
    {
        var batch = ended.GetProperty("batch");
        Assert.Equal(("completed", WorkingService.Model), (Text(batch, "status"), Text(batch, "model")));
        Assert.Equal("v", Text(batch.GetProperty("metadata"), "k"));
        var answer = Assert.Single(ended.GetProperty("output").EnumerateArray());
        Assert.Equal("a", Text(answer, "custom_id"));
        Assert.Equal(["stream", "n"], ended.GetProperty("errors").EnumerateArray()
            .Select(line => Text(line.GetProperty("response").GetProperty("body").GetProperty("error"), "param")));
    }

    // Others' are in the lists, too.
    private static void AssertInOrder(JsonElement list)
    {
        var expected = Ids(list, "expected");
        Assert.Equal(expected, Ids(list, "ids").Where(expected.Contains));
    }

    private static List<string> Ids(JsonElement list, string name) => [.. list.GetProperty(name).EnumerateArray().Select(id => id.GetString()!)];

    private static (int Status, string? Param) Refusal(JsonElement refused, string what)
    {
        var refusal = refused.GetProperty(what);
        Assert.Equal("invalid_request_error", Text(refusal, "type"));
        return (refusal.GetProperty("status").GetInt32(), Text(refusal, "param"));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task AssertAnswersAsync(BatchJob batch)
    {
        var answers = await LinesAsync(batch.OutputFileId);
        Assert.Equal(["greedy", "short", "open"], answers.Select(line => Text(line, "custom_id")));
        var completions = answers.Select(line => Read<ChatCompletion>(
            BinaryData.FromString(line.GetProperty("response").GetProperty("body").GetRawText()))).ToList();
        Assert.Equal(ChatFinishReason.Length, completions[1].FinishReason);
        Assert.Equal(1, completions[1].Usage.OutputTokenCount);
        Assert.All(completions, completion => Assert.Equal(ChatMessageRole.Assistant, completion.Role));
        Assert.All(completions, completion => Assert.Equal(WorkingService.Model, completion.Model));
        Assert.NotEmpty(completions[0].Content[0].Text);
    }

    private async Task AssertErrorsAsync(BatchJob batch)
    {
        var error = Assert.Single(await LinesAsync(batch.ErrorFileId));
        Assert.Equal("odd", Text(error, "custom_id"));
        Assert.Equal(400, error.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal(FilePurpose.BatchOutput, (await Files.GetFileAsync(batch.ErrorFileId, Token)).Value.Purpose);
    }

    private static async Task AssertCountsAsync(CreateBatchOperation operation)
    {
        var raw = Json(await operation.GetBatchAsync(null));
        var counts = raw.GetProperty("request_counts");
        Assert.Equal(
            (4, 3, 1),
            (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32()));
        var usage = raw.GetProperty("usage");
        Assert.True(usage.GetProperty("input_tokens").GetInt64() > 0);
        Assert.Equal(
            usage.GetProperty("total_tokens").GetInt64(),
            usage.GetProperty("input_tokens").GetInt64() + usage.GetProperty("output_tokens").GetInt64());
    }

    private async Task<OpenAIFile> UploadAsync(params string[] lines) => await Files.UploadFileAsync(
        BinaryData.FromString(string.Join('\n', lines)), "requests.jsonl", FileUploadPurpose.Batch);

    private Task<CreateBatchOperation> CreateAsync(string fileId, string metadata)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"input_file_id\":\"{fileId}\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\",\"metadata\":{metadata}}}");
        return Batches.CreateBatchAsync(BinaryContent.Create(BinaryData.FromString(body)), waitUntilCompleted: false);
    }

    private async Task<List<JsonElement>> LinesAsync(string fileId)
    {
        var content = (await Files.DownloadFileAsync(fileId, Token)).Value;
        Assert.Equal((await Files.GetFileAsync(fileId, Token)).Value.SizeInBytesLong, content.ToMemory().Length);
        return [.. content.ToString().TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string Request(string id, string more) =>
        $"{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{{\"model\":\"{WorkingService.Model}\"," +
        $"\"messages\":[{{\"role\":\"user\",\"content\":\"Sync stops halfway.\"}}],{more}}}}}";

    private static T Read<T>(BinaryData json)
        where T : IPersistableModel<T> => ModelReaderWriter.Read<T>(json)!;

    private static JsonElement Json(ClientResult result) => JsonDocument.Parse(result.GetRawResponse().Content).RootElement;
}
