using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>Collects JSON lines and passes them to a stream in large pieces.</summary>
internal sealed class JsonLineBuffer : IAsyncDisposable
{
    private const int PieceBytes = 1 << 16;

    private static readonly JsonWriterOptions Options = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>Text stays readable: only what JSON demands is escaped. The output is a file, not a part of a web page.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _lines = new(PieceBytes);

    /// <summary>Creates the buffer; the stream stays the caller's.</summary>
    public JsonLineBuffer(Stream stream) => (_stream, Json) = (stream, new Utf8JsonWriter(_lines, Options));

    /// <summary>Writes the current line's one value.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Ends the current line.</summary>
    public ValueTask EndLineAsync(CancellationToken cancellationToken)
    {
        EndLine();
        return _lines.WrittenCount < PieceBytes ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    /// <summary>Passes on what is left.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_lines.WrittenMemory, cancellationToken);
        _lines.ResetWrittenCount();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Json.DisposeAsync();

    private void EndLine()
    {
        Json.Flush();
        Json.Reset();
        _lines.Write("\n"u8);
    }
}
