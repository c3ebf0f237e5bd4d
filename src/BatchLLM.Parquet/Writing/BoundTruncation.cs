using System.Text;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Cuts long values down to bounds: they help a reader to pass over rows by their first bytes, and whole prompts would swell
/// the footer.
/// </summary>
/// <remarks>
/// Source: parquet.thrift of the format, <c>Statistics</c>: a bound of text stays valid UTF-8, and a largest value that was
/// cut must be raised.
/// </remarks>
internal static class BoundTruncation
{
    /// <summary>Bytes of a bound at most; the rise of its last character may take one more.</summary>
    public const int MaxBytes = 64;

    /// <summary>The value's beginning, which is not above it.</summary>
    public static byte[] Lower(ReadOnlySpan<byte> value, bool isText) => Cut(value, isText).ToArray();

    /// <summary>The shortest rise of the value's beginning, which is above it; null if no beginning can be raised.</summary>
    public static byte[]? Upper(ReadOnlySpan<byte> value, bool isText)
    {
        var cut = Cut(value, isText);
        return cut.Length == value.Length ? cut.ToArray() : isText ? RaiseText(cut) : RaiseBytes(cut);
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value, bool isText)
    {
        if (value.Length <= MaxBytes)
        {
            return value;
        }

        var length = MaxBytes;

        // A byte 10xxxxxx goes on with a character that the cut must not split; of bytes that are not UTF-8, four at most.
        while (isText && length > MaxBytes - 4 && (value[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return value[..length];
    }

    private static byte[]? RaiseBytes(ReadOnlySpan<byte> cut)
    {
        var last = cut.LastIndexOfAnyExcept(byte.MaxValue);
        if (last < 0)
        {
            return null;
        }

        var raised = cut[..(last + 1)].ToArray();
        raised[last]++;
        return raised;
    }

    /// <summary>Raises the last character that has one above it; characters behind it are left out.</summary>
    private static byte[]? RaiseText(ReadOnlySpan<byte> cut)
    {
        while (Rune.DecodeLastFromUtf8(cut, out var last, out var length) == System.Buffers.OperationStatus.Done)
        {
            cut = cut[..^length];
            if (Above(last) is { } above)
            {
                var raised = new byte[cut.Length + above.Utf8SequenceLength];
                cut.CopyTo(raised);
                above.EncodeToUtf8(raised.AsSpan(cut.Length));
                return raised;
            }
        }

        return null;
    }

    /// <summary>Surrogates are no characters: U+E000 comes after U+D7FF.</summary>
    private static Rune? Above(Rune rune) => rune.Value switch
    {
        0x10FFFF => null,
        0xD7FF => new Rune(0xE000),
        var value => new Rune(value + 1),
    };
}
