using System.Text;

namespace BatchLLM.Parquet.Thrift;

/// <summary>
/// Decodes the Thrift compact protocol. It never throws: after the first fault every read gives zero or nothing and
/// every loop ends, so that the caller checks <see cref="Failure"/> once and can say where in the file it was.
/// </summary>
internal ref struct CompactReader(ReadOnlySpan<byte> data)
{
    /// <summary>Parquet nests six structures deep; the rest is room for fields that are skipped.</summary>
    public const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _data = data;
    private CompactType _type = CompactType.Struct;
    private short _fieldId;
    private int _depth;

    /// <summary>Bytes consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>The first fault.</summary>
    public CompactFailure Failure { get; private set; }

    /// <summary>True as long as nothing was wrong.</summary>
    public readonly bool IsGood => Failure == CompactFailure.None;

    private readonly int Remaining => _data.Length - Position;

    /// <summary>Begins a structure. The result is for <see cref="LeaveStruct"/>.</summary>
    public short EnterStruct()
    {
        Expect(_type == CompactType.Struct);
        if (++_depth > MaxDepth)
        {
            Fail(CompactFailure.TooDeep);
        }

        var outer = _fieldId;
        _fieldId = 0;
        return outer;
    }

    /// <summary>Ends a structure whose fields were read to the end.</summary>
    public void LeaveStruct(short outer)
    {
        _fieldId = outer;
        _depth--;
    }

    /// <summary>Moves to the next field of the structure, whose value must then be read or skipped.</summary>
    public bool NextField(out short id)
    {
        var header = ReadByte();
        _type = (CompactType)(header & 15);
        var delta = header >> 4;
        id = 0;
        if (_type == CompactType.Stop || !IsGood)
        {
            return false;
        }

        id = _fieldId = delta != 0 ? (short)(_fieldId + delta) : (short)ZigZag(ReadVarint());
        return IsGood;
    }

    /// <summary>Reads a list's header.</summary>
    public CompactList ReadList()
    {
        Expect(_type is CompactType.List or CompactType.Set);
        var header = ReadByte();
        var count = header >> 4 == 15 ? ReadVarint() : (ulong)(header >> 4);
        if (count > (ulong)Remaining)
        {
            // The smallest element takes one byte.
            Fail(CompactFailure.Truncated);
        }

        return IsGood ? new CompactList((int)count, (CompactType)(header & 15)) : default;
    }

    /// <summary>Moves to an element of a list: call it before every one, as nested values change the state.</summary>
    public void EnterElement(CompactList list) => _type = list.ElementType;

    /// <summary>Reads an integer of any width.</summary>
    public long ReadInt64()
    {
        if (_type == CompactType.I8)
        {
            return (sbyte)ReadByte();
        }

        Expect(_type is CompactType.I16 or CompactType.I32 or CompactType.I64);
        return ZigZag(ReadVarint());
    }

    /// <summary>Reads an integer that must fit 32 bits.</summary>
    public int ReadInt32()
    {
        var value = ReadInt64();
        Expect(value is >= int.MinValue and <= int.MaxValue);
        return IsGood ? (int)value : 0;
    }

    /// <summary>Reads the truth value of a field.</summary>
    public bool ReadBoolean()
    {
        Expect(_type is CompactType.True or CompactType.False);
        return _type == CompactType.True;
    }

    /// <summary>Reads bytes without copying them.</summary>
    public ReadOnlySpan<byte> ReadBinary()
    {
        Expect(_type == CompactType.Binary);
        var length = ReadVarint();
        return Take(length);
    }

    /// <summary>Reads text; bytes that are not UTF-8 become replacement characters.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadBinary());

    /// <summary>Skips the value of a field that is not known here.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case CompactType.True or CompactType.False:
                break;
            case CompactType.I8:
                Take(1);
                break;
            case CompactType.I16 or CompactType.I32 or CompactType.I64:
                ReadVarint();
                break;
            case CompactType.Double:
                Take(8);
                break;
            case CompactType.Uuid:
                Take(16);
                break;
            case CompactType.Binary:
                ReadBinary();
                break;
            case CompactType.List or CompactType.Set:
                SkipList();
                break;
            case CompactType.Map:
                SkipMap();
                break;
            case CompactType.Struct:
                SkipStruct();
                break;
            default:
                Fail(CompactFailure.Malformed);
                break;
        }
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private void SkipStruct()
    {
        var outer = EnterStruct();
        while (NextField(out _))
        {
            Skip();
        }

        LeaveStruct(outer);
    }

    private void SkipList()
    {
        var list = ReadList();
        _depth++;
        for (var i = 0; i < list.Count && IsGood; i++)
        {
            SkipElement(list.ElementType);
        }

        _depth--;
    }

    private void SkipMap()
    {
        var count = ReadVarint();
        var types = count == 0 ? 0 : ReadByte();
        _depth++;
        for (ulong i = 0; i < count && IsGood; i++)
        {
            SkipElement((CompactType)(types >> 4));
            SkipElement((CompactType)(types & 15));
        }

        _depth--;
    }

    private void SkipElement(CompactType type)
    {
        if (_depth > MaxDepth)
        {
            Fail(CompactFailure.TooDeep);
        }
        else if (type is CompactType.True or CompactType.False)
        {
            // Outside a field header a truth value takes a byte of its own.
            Take(1);
        }
        else
        {
            _type = type;
            Skip();
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (!IsGood || length > (ulong)Remaining)
        {
            Fail(CompactFailure.Truncated);
            return default;
        }

        var taken = _data.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    private byte ReadByte()
    {
        if (!IsGood || Position >= _data.Length)
        {
            Fail(CompactFailure.Truncated);
            return 0;
        }

        return _data[Position++];
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        Fail(CompactFailure.Malformed);
        return 0;
    }

    private void Expect(bool condition)
    {
        if (!condition)
        {
            Fail(CompactFailure.Malformed);
        }
    }

    private void Fail(CompactFailure failure) => Failure = IsGood ? failure : Failure;
}
