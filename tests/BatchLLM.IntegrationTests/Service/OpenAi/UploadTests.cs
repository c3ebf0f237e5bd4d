using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>Uploads and other requests that no client of good will sends.</summary>
public sealed class UploadTests(IdleService idle) : IClassFixture<IdleService>
{
    private const string Sql = "'; drop table batchllm.files; --";
    private const string Purpose = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n";
    private const string File = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n{}\r\n";
    private const string JsonLifetime = "--b\r\nContent-Disposition: form-data; name=\"expires_after\"\r\n\r\n";
    private const string Seconds = "--b\r\nContent-Disposition: form-data; name=\"expires_after[seconds]\"\r\n\r\n3600\r\n";
    private const string End = "--b--\r\n";

    private ServiceHost Service => idle.Service;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_come_in_any_order_and_what_is_not_known_is_passed_over()
    {
        using var response = await PostAsync("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n" + File + Purpose + End);

        Assert.Equal(2, (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\\\x\\\\a.jsonl", "a.jsonl")]
    [InlineData(Sql, Sql)]
    [InlineData("a\tb 𝄞.jsonl", "ab 𝄞.jsonl")]
    public async Task A_name_is_shown_and_is_no_path(string name, string shown)
    {
        using var response = await PostAsync(Purpose + File.Replace("a.jsonl", name, StringComparison.Ordinal) + End);

        var file = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
        Assert.Equal(shown, file.GetProperty("filename").GetString());
        Assert.True(System.IO.File.Exists(Path.Combine(Service.Data, "inputs", $"{file.GetProperty("id").GetString()}.jsonl")));
        using var content = await Service.SendAsync(HttpMethod.Get, $"/v1/files/{file.GetProperty("id").GetString()}/content");
        Assert.Equal("{}", await content.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData(File + End, "purpose")]
    [InlineData(Purpose + End, "file")]
    [InlineData(Purpose + File + File + End, "file")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{}\r\n" + Purpose + End, "file")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"..\"\r\n\r\n{}\r\n" + Purpose + End, "file")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + Sql + "\r\n" + File + End, "purpose")]
    [InlineData(Purpose + File + "--b\r\nContent-Disposition: form-data; name=\"expires_after[seconds]\"\r\n\r\n9\r\n" + End, "expires_after")]
    [InlineData(Purpose + File + JsonLifetime + "{\"anchor\":\"created_at\",\"seconds\":9}\r\n" + End, "expires_after")]
    [InlineData(Purpose + File + JsonLifetime + "{\"anchor\":\"\\ud800\",\"seconds\":3600}\r\n" + End, "expires_after")]
    [InlineData(Purpose + File + JsonLifetime + "3600\r\n" + End, "expires_after")]
    [InlineData(Purpose + File + JsonLifetime + "\r\n" + End, "expires_after")]
    [InlineData(Purpose + File + Seconds + JsonLifetime + "{\"anchor\":\"created_at\",\"seconds\":3600}\r\n" + End, "expires_after")]
    [InlineData("--b\r\n\r\nx\r\n" + End, null)]
    [InlineData("--b\r\nContent-Disposition\r\n\r\nx\r\n" + End, null)]
    [InlineData(Purpose + File, null)] // truncated
    [InlineData(Purpose + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{", null)]
    [InlineData("", null)]
    [InlineData("no form at all", null)]
    public async Task A_form_that_is_wrong_is_refused_and_leaves_nothing(string form, string? param)
    {
        var before = Directory.GetFiles(Service.Data, "*", SearchOption.AllDirectories).Length;

        using var response = await PostAsync(form);

        var error = await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(before, Directory.GetFiles(Service.Data, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task A_file_that_somebody_deleted_from_the_store_is_gone()
    {
        var id = await Service.UploadAsync("{}");
        System.IO.File.Delete(Path.Combine(Service.Data, "inputs", $"{id}.jsonl"));

        using var content = await Service.SendAsync(HttpMethod.Get, $"/v1/files/{id}/content");

        var error = await OpenAiRequests.ErrorOfAsync(content, HttpStatusCode.Gone);
        Assert.StartsWith($"{id}.jsonl is not where it was written", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lifetime_is_taken_as_one_field_of_json()
    {
        using var response = await PostAsync(Purpose + File + JsonLifetime + "{\"anchor\":\"created_at\",\"seconds\":7200}\r\n" + End);

        var file = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
        Assert.Equal(7200, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=\"\"", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HttpStatusCode.BadRequest)]
    public async Task A_body_without_a_boundary_is_refused(string type, HttpStatusCode status)
    {
        using var response = await PostAsync(Purpose + File + End, type);

        await OpenAiRequests.ErrorOfAsync(response, status);
    }

    [Fact]
    public async Task Endless_headers_and_fields_are_not_read_to_their_end()
    {
        var endless = new string('x', 100_000);
        foreach (var form in new[]
        {
            $"--b\r\nX-{endless}: 1\r\n\r\n", $"--b\r\n{string.Concat(Enumerable.Repeat("X: 1\r\n", 1000))}\r\n", $"--{endless}",
            $"--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{endless}\r\n{End}",
        })
        {
            using var response = await PostAsync(form);
            await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_whether_it_says_its_length_or_not()
    {
        var large = File.Replace("{}", new string('x', ServiceHost.MostFileBytes + 1), StringComparison.Ordinal);
        foreach (var chunked in new[] { true, false })
        {
            using var response = await PostAsync(Purpose + large + End, chunked: chunked);
            await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.RequestEntityTooLarge);
        }

        var answer = await SendAsync(
            $"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {10L << 30}\r\n\r\n--b");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\":", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_never_comes_is_not_waited_for()
    {
        var answer = await SendAsync(
            "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100\r\n\r\n--b\r\n");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\":", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("{\"input_file_id\":\"\\ud800\"}", null)]
    [InlineData("{\"x\":1}", null)]
    [InlineData("{\"input_file_id\":7}", "input_file_id")]
    [InlineData("{\"input_file_id\":\"f\",\"endpoint\":\"/v1/responses\"}", "endpoint")]
    [InlineData("{\"input_file_id\":\"f\",\"endpoint\":\"/v1/completions\",\"completion_window\":\"soon\"}", "completion_window")]
    [InlineData("{\"input_file_id\":\"f\",\"endpoint\":\"/v1/completions\",\"completion_window\":\"1h\",\"metadata\":{\"a\":1}}", "metadata")]
    [InlineData("{\"input_file_id\":\"f\",\"endpoint\":\"/v1/completions\",\"completion_window\":\"1h\",\"metadata\":{\"a\":\"\\u0000\"}}", "metadata")]
    [InlineData("{\"input_file_id\":\"f\",\"endpoint\":\"/v1/completions\",\"completion_window\":\"1h\",\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":1}}", "output_expires_after")]
    public async Task A_batch_that_is_wrong_is_refused_by_name(string body, string? param)
    {
        using var response = await Service.SendAsync(
            HttpMethod.Post, "/v1/batches", content: new StringContent(body, Encoding.UTF8, "application/json"));

        var error = await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Metadata_is_limited_to_sixteen_short_texts()
    {
        Assert.Equal(HttpStatusCode.NotFound, await StatusWithAsync(16, 64, 512)); // all is well but the file
        Assert.Equal(HttpStatusCode.BadRequest, await StatusWithAsync(17, 4, 4));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusWithAsync(1, 65, 4));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusWithAsync(1, 4, 513));
    }

    [Theory]
    [InlineData("files/" + Sql)]
    [InlineData("files?after=" + Sql)]
    [InlineData("batches/" + Sql)]
    [InlineData("batches?after=" + Sql)]
    [InlineData("models/..%2F..")]
    [InlineData("models/..")]
    [InlineData("models//etc")]
    [InlineData("models/model/../model")]
    [InlineData("files/%00")]
    [InlineData("files?after=%00")]
    [InlineData("batches?after=%00")]
    [InlineData("nowhere")]
    public async Task What_is_not_there_is_said_in_the_envelope(string path)
    {
        using var response = await Service.SendAsync(HttpMethod.Get, $"/v1/{path}");

        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest || path.EndsWith("/model", StringComparison.Ordinal));
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.NotFound);
        }

        Assert.Equal("list", (await Service.GetAsync("/v1/files")).GetProperty("object").GetString());
    }

    [Theory]
    [InlineData("files?limit=0")]
    [InlineData("files?limit=x")]
    [InlineData("files?order=up")]
    [InlineData("batches?limit=101")]
    public async Task A_list_s_parameters_are_checked(string path)
    {
        using var response = await Service.SendAsync(HttpMethod.Get, $"/v1/{path}");

        await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_key_that_does_not_work_is_told_in_the_envelope()
    {
        using var response = await Service.SendAsync(HttpMethod.Get, "/v1/models", "bllm_wrong");

        var error = await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
    }

    private async Task<HttpStatusCode> StatusWithAsync(int notes, int nameLength, int textLength)
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["input_file_id"] = "file-x",
            ["endpoint"] = "/v1/completions",
            ["completion_window"] = "1h",
            ["metadata"] = Enumerable.Range(0, notes).ToDictionary(
                note => $"{note:D2}".PadRight(nameLength, 'n'), _ => new string('t', textLength)),
        });
        using var response = await Service.SendAsync(
            HttpMethod.Post, "/v1/batches", content: new StringContent(body, Encoding.UTF8, "application/json"));
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> PostAsync(
        string form, string type = "multipart/form-data; boundary=b", bool chunked = true)
    {
        using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(form)));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        return await Service.Client.SendAsync(request, Token);
    }

    /// <summary>Sends bytes and reads until the other side closes.</summary>
    private async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Service.Client.BaseAddress!.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), Token);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, Token);
        }
        catch (IOException)
        {
            // A connection that is refused while there is more to read is reset; what came before counts.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
