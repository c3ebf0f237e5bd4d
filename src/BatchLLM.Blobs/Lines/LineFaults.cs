using System.Buffers;
using System.Text;
using System.Text.Unicode;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Lines;

/// <summary>What fails a line before anyone asks for its format.</summary>
internal static class LineFaults
{
    /// <summary>Why the current line was not kept; null if it was.</summary>
    public static RowError? FindInLength(LineReader lines, int maxLineBytes) => lines.IsTooLong
        ? new RowError(
            RowErrorCodes.RowTooLong, $"The line has {lines.LineLength} bytes; expected at most {maxLineBytes}.")
        : null;

    /// <summary>Why a line's bytes are no text; null if they are.</summary>
    public static RowError? FindInText(ReadOnlySpan<byte> line) => Utf8.IsValid(line)
        ? null
        : new RowError(RowErrorCodes.InvalidUtf8, $"Byte {FirstInvalidByte(line)} of the line is not UTF-8.");

    private static long FirstInvalidByte(ReadOnlySpan<byte> line)
    {
        var valid = 0;
        while (Rune.DecodeFromUtf8(line[valid..], out _, out var length) == OperationStatus.Done)
        {
            valid += length;
        }

        return valid + 1;
    }
}
