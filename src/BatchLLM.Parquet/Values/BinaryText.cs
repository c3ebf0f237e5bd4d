using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace BatchLLM.Parquet.Values;

/// <summary>Bytes as text.</summary>
internal static class BinaryText
{
    /// <summary>Control characters other than tab, line feed and carriage return: text does not hold them.</summary>
    private static readonly SearchValues<byte> Unreadable = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i).Except("\t\n\r"u8.ToArray()), 0x7F]);

    /// <summary>Text, or null if the bytes are not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Readable text as it is, anything else as base64.</summary>
    public static string Show(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAny(Unreadable) ? Convert.ToBase64String(bytes) : Decode(bytes) ?? Convert.ToBase64String(bytes);
}
