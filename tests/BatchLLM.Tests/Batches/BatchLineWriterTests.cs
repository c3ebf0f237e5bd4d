using System.Text;
using System.Text.Json;
using BatchLLM.Batches;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Batches;

/// <summary>The lines of output and error files, character by character but for names that are digests.</summary>
public sealed class BatchLineWriterTests
{
    private const string Completion =
        """
        {"id":"batch_req_#","custom_id":"a \"é\"","response":{"status_code":200,"request_id":"req_#","body":{"id":"chatcmpl-#",
        "object":"chat.completion","created":1795176060,"model":"tiny","choices":[{"index":0,"message":{"role":"assistant",
        "content":"Hi\n","refusal":null},"logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":3,
        "completion_tokens":2,"total_tokens":5},"system_fingerprint":null}},"error":null}
        """;

    private const string TextCompletion =
        """
        {"id":"batch_req_#","custom_id":"a \"é\"","response":{"status_code":200,"request_id":"req_#","body":{"id":"cmpl-#",
        "object":"text_completion","created":1795176060,"model":"tiny","choices":[{"index":0,
        "text":"Hi\n","logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":3,
        "completion_tokens":2,"total_tokens":5},"system_fingerprint":null}},"error":null}
        """;

    private static readonly BatchAnswer Answer = new(5, "a \"é\"", "Hi\n", "length", 3, 2);

    private static readonly Batch Batch = TestBatch.At(2) with { InProgressAt = TestBatch.Start.AddMinutes(1) };

    [Fact]
    public async Task An_answer_to_a_chat_is_a_chat_completion() =>
        Assert.Equal(OneLine(Completion), WithoutDigests(await LinesAsync(Batch, lines => lines.WriteAsync(Answer, default))));

    [Fact]
    public async Task An_answer_to_a_text_is_a_completion() => Assert.Equal(
        OneLine(TextCompletion),
        WithoutDigests(await LinesAsync(Batch with { Endpoint = BatchUrls.Text }, lines => lines.WriteAsync(Answer, default))));

    [Theory]
    [InlineData(RowErrorCodes.InvalidRequest, "body.tools is not supported; leave it out", 400, "invalid_request_error", "tools", "invalid_request")]
    [InlineData(RowErrorCodes.InvalidParameter, "body.max_tokens is 0; expected 1 to 9", 400, "invalid_request_error", "max_tokens", "invalid_parameter")]
    [InlineData(RowErrorCodes.PromptTooLong, "the prompt has 9 tokens", 400, "invalid_request_error", null, "context_length_exceeded")]
    [InlineData(RowErrorCodes.InvalidRequest, "body is missing", 400, "invalid_request_error", null, "invalid_request")]
    [InlineData(RowErrorCodes.EngineError, "no room", 500, "server_error", null, "engine_error")]
    public async Task A_failed_request_is_a_response_with_an_error(
        string code, string message, int status, string type, string? param, string codeThere)
    {
        var line = JsonDocument.Parse(await LinesAsync(
            Batch, lines => lines.WriteAsync(5, "a", new RowError(code, message), default))).RootElement;

        var response = line.GetProperty("response");
        var error = response.GetProperty("body").GetProperty("error");
        Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
        Assert.Equal(status, response.GetProperty("status_code").GetInt32());
        Assert.Equal(
            (message, type, param, codeThere),
            (error.GetProperty("message").GetString()!, error.GetProperty("type").GetString()!,
                error.GetProperty("param").GetString(), error.GetProperty("code").GetString()!));
    }

    [Theory]
    [InlineData(BatchStatus.Expired, "batch_expired")]
    [InlineData(BatchStatus.Cancelled, "batch_cancelled")]
    public async Task A_request_that_was_never_run_has_no_response(BatchStatus end, string code)
    {
        var line = JsonDocument.Parse(await LinesAsync(Batch, lines => lines.WriteUnrunAsync(5, "a", end, default))).RootElement;

        Assert.Equal(JsonValueKind.Null, line.GetProperty("response").ValueKind);
        Assert.Equal(code, line.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Names_are_the_same_when_lines_are_written_again_and_differ_between_rows_and_batches()
    {
        var first = await LinesAsync(Batch, lines => lines.WriteAsync(Answer, default));

        Assert.Equal(first, await LinesAsync(Batch, lines => lines.WriteAsync(Answer, default)));
        Assert.NotEqual(first, await LinesAsync(Batch, lines => lines.WriteAsync(Answer with { Row = 6 }, default)));
        Assert.NotEqual(first, await LinesAsync(Batch with { Id = "batch_other" }, lines => lines.WriteAsync(Answer, default)));
    }

    private static async Task<string> LinesAsync(Batch batch, Func<BatchLineWriter, ValueTask> write)
    {
        using var stream = new MemoryStream();
        await using var lines = new BatchLineWriter(stream, batch);
        await write(lines);
        await lines.FlushAsync(CancellationToken.None);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        return text.TrimEnd();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings("");

    private static string WithoutDigests(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, "[0-9a-f]{32}", "#", default, TimeSpan.FromSeconds(1));
}
