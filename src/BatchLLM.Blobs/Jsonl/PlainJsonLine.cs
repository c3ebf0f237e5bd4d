using System.Buffers;
using System.Globalization;
using System.Text;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Reads lines that are as most are: one object of texts without escapes, whole numbers and literals. Whatever is not sure to
/// be that, and right, is left to <see cref="JsonlRecord"/>'s general reader, which also says what is wrong.
/// </summary>
/// <remarks>
/// The framework's reader takes each token by a call of its own, and most of a row's time; here, one vectorised search finds a
/// text's end and proves it plain. A line that is given up half-way costs what was read of it.
/// </remarks>
internal static class PlainJsonLine
{
    // More may not fit 64 bits.
    private const int MostDigits = 18;

    // RFC 8259, section 7: what ends a text, begins an escape, or may not stand in one.
    private static readonly SearchValues<byte> Special =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Reads a line's columns; false, and perhaps some columns, if it is not plain.</summary>
    /// <param name="line">UTF-8 that is known to be valid.</param>
    /// <param name="names">The columns that are wanted.</param>
    /// <param name="columns">Takes them; empty.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, ColumnNames names, RowColumns columns)
    {
        if (!TryPass(ref line, (byte)'{'))
        {
            return false;
        }

        var isOpen = !TryPass(ref line, (byte)'}');
        while (isOpen)
        {
            if (!TryText(ref line, out var name) || !TryPass(ref line, (byte)':')
                || !TryValue(ref line, names.Find(name), columns))
            {
                return false;
            }

            isOpen = TryPass(ref line, (byte)',');
            if (!isOpen && !TryPass(ref line, (byte)'}'))
            {
                return false;
            }
        }

        return line.IsEmpty;
    }

    // Passes over a mark and the white space behind it; a line's own begins with none.
    private static bool TryPass(ref ReadOnlySpan<byte> rest, byte mark)
    {
        if (rest.IsEmpty || rest[0] != mark)
        {
            return false;
        }

        rest = PassWhite(rest[1..]);
        return true;
    }

    private static ReadOnlySpan<byte> PassWhite(ReadOnlySpan<byte> rest)
    {
        var at = 0;
        while (at < rest.Length && rest[at] is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            at++;
        }

        return rest[at..];
    }

    private static bool TryText(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.IsEmpty || rest[0] != '"')
        {
            return false;
        }

        var length = rest[1..].IndexOfAny(Special);
        if (length < 0 || rest[length + 1] != '"')
        {
            return false;
        }

        text = rest.Slice(1, length);
        rest = PassWhite(rest[(length + 2)..]);
        return true;
    }

    private static bool TryValue(ref ReadOnlySpan<byte> rest, string? name, RowColumns columns)
    {
        if (name is not null && columns.IsFull && !columns.ContainsKey(name))
        {
            return false;
        }

        if (TryText(ref rest, out var text))
        {
            Set(columns, name, name is null ? default : RowValue.FromText(Encoding.UTF8.GetString(text)));
            return true;
        }

        return TryWhole(ref rest, name, columns)
            || TryLiteral(ref rest, "null"u8, RowValue.Null, name, columns)
            || TryLiteral(ref rest, "true"u8, RowValue.FromBoolean(true), name, columns)
            || TryLiteral(ref rest, "false"u8, RowValue.FromBoolean(false), name, columns);
    }

    // Not negative and without a fraction; what follows the digits is for the caller to refuse.
    private static bool TryWhole(ref ReadOnlySpan<byte> rest, string? name, RowColumns columns)
    {
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > MostDigits || (rest[0] == '0' && digits > 1))
        {
            return false;
        }

        Set(columns, name, name is null ? default : RowValue.FromInteger(long.Parse(rest[..digits], CultureInfo.InvariantCulture)));
        rest = PassWhite(rest[digits..]);
        return true;
    }

    private static bool TryLiteral(
        ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> literal, RowValue value, string? name, RowColumns columns)
    {
        if (!rest.StartsWith(literal))
        {
            return false;
        }

        Set(columns, name, value);
        rest = PassWhite(rest[literal.Length..]);
        return true;
    }

    private static void Set(RowColumns columns, string? name, RowValue value)
    {
        if (name is not null)
        {
            columns[name] = value;
        }
    }
}
