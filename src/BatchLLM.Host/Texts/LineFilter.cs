using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchLLM.Host.Texts;

/// <summary>
/// JSON lines in, JSON lines out. Line n of the output answers line n of the input; a bad line is answered by null, and
/// said on standard error.
/// </summary>
/// <param name="input">Where lines come from.</param>
/// <param name="output">Where they go.</param>
/// <param name="errors">Where bad lines are named.</param>
/// <param name="convert">Answers one line.</param>
internal sealed class LineFilter(Stream input, Stream output, TextWriter errors, LineConversion convert)
{
    // A long line is searched for its end once per piece, so pieces should not be small.
    private const int PieceBytes = 1 << 18;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ArrayBufferWriter<byte> _answers = new(PieceBytes);
    private long _line;
    private bool _allGood = true;

    /// <summary>Answers every line; an empty one has no value and is bad.</summary>
    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: PieceBytes));
        for (var isCompleted = false; !isCompleted;)
        {
            var result = await reader.ReadAsync(cancellationToken);
            isCompleted = result.IsCompleted;
            reader.AdvanceTo(AnswerLines(result.Buffer, isCompleted), result.Buffer.End);
            // What has come is answered before more is awaited: a person at a terminal, or a program, may wait for it.
            await output.WriteAsync(_answers.WrittenMemory, cancellationToken);
            await output.FlushAsync(cancellationToken);
            _answers.ResetWrittenCount();
        }

        await reader.CompleteAsync();
        return _allGood ? ExitCodes.Ok : ExitCodes.FinishedWithBadRows;
    }

    private SequencePosition AnswerLines(ReadOnlySequence<byte> buffer, bool isLast)
    {
        for (var end = buffer.PositionOf((byte)'\n'); end is { } newline; end = buffer.PositionOf((byte)'\n'))
        {
            Answer(buffer.Slice(0, newline));
            buffer = buffer.Slice(buffer.GetPosition(1, newline));
        }

        if (isLast && !buffer.IsEmpty)
        {
            Answer(buffer);
            return buffer.End;
        }

        return buffer.Start;
    }

    private void Answer(ReadOnlySequence<byte> line)
    {
        _line++;
        using var json = new Utf8JsonWriter(_answers, Options);
        if (Convert(line, json) is { } problem)
        {
            _allGood = false;
            errors.WriteLine($"line {_line}: {problem}");
            json.WriteNullValue();
        }

        json.Flush();
        _answers.Write("\n"u8);
    }

    private string? Convert(ReadOnlySequence<byte> line, Utf8JsonWriter json)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return convert(document.RootElement, json);
        }
        catch (JsonException exception)
        {
            return $"found no JSON value ({exception.Message.TrimEnd('.')}); expected one a line.";
        }
        catch (InvalidOperationException)
        {
            // What JsonElement throws for text that is not valid Unicode, before anything is written.
            return "found invalid UTF-8 or half of a surrogate pair; expected valid Unicode.";
        }
    }
}
