using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Room for a piece of a page, used again.</summary>
/// <param name="size">Bytes of values, with the lengths between them.</param>
internal sealed class PieceRoom(int size)
{
    /// <summary>Slices of values that are not very short; more are not worth keeping.</summary>
    private const int CommonSlices = 1 << 14;

    /// <summary>Bytes of values, with the lengths between them.</summary>
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size);

    /// <summary>Where the values stand.</summary>
    public ByteSlice[] Slices { get; private set; } = new ByteSlice[1 << 8];

    /// <summary>Notes where a value stands.</summary>
    /// <param name="index">Its number in the piece.</param>
    /// <param name="slice">Where it stands.</param>
    public void Set(int index, ByteSlice slice)
    {
        if (index == Slices.Length)
        {
            var more = new ByteSlice[2 * index];
            Slices.CopyTo(more, 0);
            Slices = more;
        }

        Slices[index] = slice;
    }

    /// <summary>Gives up the slices that only very short values need.</summary>
    public void Trim() => Slices = Slices.Length > CommonSlices ? new ByteSlice[CommonSlices] : Slices;
}
