using System.Buffers.Binary;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Walks over byte arrays that were put in the PLAIN encoding here: a length of 4 bytes, then the bytes.</summary>
internal ref struct PlainByteArrays(ReadOnlySpan<byte> plain)
{
    private ReadOnlySpan<byte> _rest = plain;

    /// <summary>The value that was moved to.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly PlainByteArrays GetEnumerator() => this;

    /// <summary>Moves to the next value.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        Current = _rest.Slice(sizeof(int), length);
        _rest = _rest[(sizeof(int) + length)..];
        return true;
    }
}
