using System.Buffers.Binary;

namespace BatchLLM.Tokens;

/// <summary>Reads the fields of a Protocol Buffers message.</summary>
/// <param name="message">The message's bytes.</param>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field last read.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, where it is a whole number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its content, where it is a text or a message; its four bytes, where it is a single-precision number.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Its value, where it is a single-precision number.</summary>
    public readonly float Single => Content.Length == sizeof(float)
        ? BinaryPrimitives.ReadSingleLittleEndian(Content)
        : throw new FormatException("a number has no four bytes");

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Field = (int)(tag >> 3 & int.MaxValue);
        Number = 0;
        Content = default;
        switch (tag & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Content = Take(8);
                break;
            case 2:
                Content = Take(Varint());
                break;
            case 5:
                Content = Take(4);
                break;
            default:
                throw new FormatException($"field {Field} has the unknown wire type {tag & 7}");
        }

        return true;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number is longer than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new FormatException("it ends within a field");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
