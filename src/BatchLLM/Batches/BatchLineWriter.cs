using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Batches;

/// <summary>
/// Writes the lines of a batch's output and error files (OpenAI API reference, "The request output object", with the bodies of
/// "The chat completion object" and "The completion object").
/// </summary>
/// <remarks>
/// All that stands in a line comes from the batch and its rows: files that are written anew, after a crash, are the same.
/// </remarks>
public sealed class BatchLineWriter : IAsyncDisposable
{
    private const int PieceBytes = 1 << 16;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _lines = new(PieceBytes);
    private readonly Stream _stream;
    private readonly Batch _batch;
    private readonly Utf8JsonWriter _json;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    /// <param name="stream">Where lines go.</param>
    /// <param name="batch">The batch; its model is known.</param>
    public BatchLineWriter(Stream stream, Batch batch) =>
        (_stream, _batch, _json) = (stream, batch, new Utf8JsonWriter(_lines, Options));

    private bool IsChat => _batch.Endpoint == BatchUrls.Chat;

    /// <summary>Writes a request that has an answer.</summary>
    public ValueTask WriteAsync(BatchAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var ids = new LineIds(_batch.Id, answer.Row);
        BeginLine(ids, answer.CustomId);
        BeginResponse(ids, status: 200);
        WriteBody(ids, answer);
        EndResponse();
        _json.WriteNull("error");
        return EndLineAsync(cancellationToken);
    }

    /// <summary>Writes a request that failed.</summary>
    /// <param name="row">1-based number of the request in its file.</param>
    /// <param name="customId">The client's name of it.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public ValueTask WriteAsync(long row, string customId, RowError error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(error);
        var ids = new LineIds(_batch.Id, row);
        BeginLine(ids, customId);
        BeginResponse(ids, BatchRowFault.StatusOf(error));
        _json.WriteStartObject("body");
        WriteFault(BatchRowFault.TypeOf(error), BatchRowFault.CodeOf(error), error.Message, BatchRowFault.ParamOf(error));
        _json.WriteEndObject();
        EndResponse();
        _json.WriteNull("error");
        return EndLineAsync(cancellationToken);
    }

    /// <summary>Writes a request that was never run.</summary>
    /// <param name="row">1-based number of the request in its file.</param>
    /// <param name="customId">The client's name of it.</param>
    /// <param name="end">How the batch ended: expired or cancelled.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public ValueTask WriteUnrunAsync(long row, string customId, BatchStatus end, CancellationToken cancellationToken)
    {
        BeginLine(new LineIds(_batch.Id, row), customId);
        _json.WriteNull("response");
        _json.WriteStartObject("error");
        _json.WriteString("code", end == BatchStatus.Expired ? "batch_expired" : "batch_cancelled");
        _json.WriteString("message", end == BatchStatus.Expired
            ? "The completion window ended before this request was run."
            : "The batch was cancelled before this request was run.");
        _json.WriteEndObject();
        return EndLineAsync(cancellationToken);
    }

    /// <summary>Passes on what is left.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_lines.WrittenMemory, cancellationToken);
        _lines.ResetWrittenCount();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private void BeginLine(LineIds ids, string customId)
    {
        _json.WriteStartObject();
        _json.WriteString("id", ids.Line);
        _json.WriteString("custom_id", customId);
    }

    private void BeginResponse(LineIds ids, int status)
    {
        _json.WriteStartObject("response");
        _json.WriteNumber("status_code", status);
        _json.WriteString("request_id", ids.Request);
    }

    private void EndResponse() => _json.WriteEndObject();

    private void WriteBody(LineIds ids, BatchAnswer answer)
    {
        _json.WriteStartObject("body");
        _json.WriteString("id", IsChat ? $"chatcmpl-{ids.Answer}" : $"cmpl-{ids.Answer}");
        _json.WriteString("object", IsChat ? "chat.completion" : "text_completion");
        _json.WriteNumber("created", (_batch.InProgressAt ?? _batch.CreatedAt).ToUnixTimeSeconds());
        _json.WriteString("model", _batch.Model);
        _json.WriteStartArray("choices");
        WriteChoice(answer);
        _json.WriteEndArray();
        _json.WriteStartObject("usage");
        _json.WriteNumber("prompt_tokens", answer.PromptTokens);
        _json.WriteNumber("completion_tokens", answer.CompletionTokens);
        _json.WriteNumber("total_tokens", answer.PromptTokens + answer.CompletionTokens);
        _json.WriteEndObject();
        _json.WriteNull("system_fingerprint");
        _json.WriteEndObject();
    }

    private void WriteChoice(BatchAnswer answer)
    {
        _json.WriteStartObject();
        _json.WriteNumber("index", 0);
        if (IsChat)
        {
            _json.WriteStartObject("message");
            _json.WriteString("role", "assistant");
            _json.WriteString("content", answer.Text);
            _json.WriteNull("refusal");
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteString("text", answer.Text);
        }

        _json.WriteNull("logprobs");
        _json.WriteString("finish_reason", answer.FinishReason);
        _json.WriteEndObject();
    }

    private void WriteFault(string type, string code, string message, string? param)
    {
        _json.WriteStartObject("error");
        _json.WriteString("message", message);
        _json.WriteString("type", type);
        _json.WriteString("param", param);
        _json.WriteString("code", code);
        _json.WriteEndObject();
    }

    private ValueTask EndLineAsync(CancellationToken cancellationToken)
    {
        EndLine();
        return _lines.WrittenCount < PieceBytes ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _lines.Write("\n"u8);
    }

    /// <summary>Names that a line gives to what it is about: of the batch's unguessable name and the row, so that they repeat.</summary>
    private sealed class LineIds
    {
        private const int Length = 32;

        private readonly string _digest;

        public LineIds(string batch, long row) => _digest = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{batch}/{row}"))));

        public string Line => $"batch_req_{_digest[..Length]}";

        public string Request => $"req_{_digest[Length..]}";

        public string Answer => _digest[Length..];
    }
}
