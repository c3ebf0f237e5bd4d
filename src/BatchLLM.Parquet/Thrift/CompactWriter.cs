using System.Buffers;
using System.Text;

namespace BatchLLM.Parquet.Thrift;

/// <summary>Encodes the Thrift compact protocol into memory.</summary>
internal sealed class CompactWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Stack<short> _outerFieldIds = new();
    private short _fieldId;

    /// <summary>What was written so far.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Begins a structure that is the value of a field.</summary>
    public void BeginStruct(short id)
    {
        WriteField(id, CompactType.Struct);
        BeginStruct();
    }

    /// <summary>Begins a structure that is a list's element or the whole message.</summary>
    public void BeginStruct()
    {
        _outerFieldIds.Push(_fieldId);
        _fieldId = 0;
    }

    /// <summary>Ends the innermost structure.</summary>
    public void EndStruct()
    {
        WriteByte(0);
        _fieldId = _outerFieldIds.Pop();
    }

    /// <summary>Writes a structure without fields.</summary>
    public void WriteEmptyStruct(short id)
    {
        BeginStruct(id);
        EndStruct();
    }

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(short id, bool value) => WriteField(id, value ? CompactType.True : CompactType.False);

    /// <summary>Writes an 8-bit integer.</summary>
    public void WriteInt8(short id, sbyte value)
    {
        WriteField(id, CompactType.I8);
        WriteByte((byte)value);
    }

    /// <summary>Writes a 32-bit integer or an enumeration.</summary>
    public void WriteInt32(short id, int value)
    {
        WriteField(id, CompactType.I32);
        WriteElement(value);
    }

    /// <summary>Writes a 64-bit integer.</summary>
    public void WriteInt64(short id, long value)
    {
        WriteField(id, CompactType.I64);
        WriteElement(value);
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBinary(short id, ReadOnlySpan<byte> value)
    {
        WriteField(id, CompactType.Binary);
        WriteVarint((ulong)value.Length);
        _output.Write(value);
    }

    /// <summary>Writes text.</summary>
    public void WriteString(short id, string value) => WriteBinary(id, Encoding.UTF8.GetBytes(value));

    /// <summary>Begins a list; exactly <paramref name="count"/> elements must follow.</summary>
    public void BeginList(short id, CompactType elementType, int count)
    {
        WriteField(id, CompactType.List);
        WriteByte((byte)((Math.Min(count, 15) << 4) | (byte)elementType));
        if (count >= 15)
        {
            WriteVarint((ulong)count);
        }
    }

    /// <summary>Writes an integer as a list's element.</summary>
    public void WriteElement(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes text as a list's element.</summary>
    public void WriteElement(string value) => WriteElement(Encoding.UTF8.GetBytes(value));

    /// <summary>Writes bytes as a list's element.</summary>
    public void WriteElement(byte[] value)
    {
        WriteVarint((ulong)value.Length);
        _output.Write(value);
    }

    /// <summary>Writes a truth value as a list's element, where it takes a byte of its own.</summary>
    public void WriteElement(bool value) => WriteByte((byte)(value ? CompactType.True : CompactType.False));

    /// <summary>Writes a list's elements that were encoded before.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> elements) => _output.Write(elements);

    private void WriteField(short id, CompactType type)
    {
        var delta = id - _fieldId;
        if (delta is > 0 and <= 15)
        {
            WriteByte((byte)((delta << 4) | (byte)type));
        }
        else
        {
            WriteByte((byte)type);
            WriteElement(id);
        }

        _fieldId = id;
    }

    private void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            WriteByte((byte)(value | 0x80));
        }

        WriteByte((byte)value);
    }
}
