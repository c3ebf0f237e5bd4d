namespace BatchLLM.Parquet.Reading;

/// <summary>Room for a stretch of a page, used again: pieces are cut from it one after the other.</summary>
/// <param name="size">Bytes.</param>
internal sealed class PieceRoom(int size)
{
    private readonly byte[] _own = GC.AllocateUninitializedArray<byte>(size);
    private readonly List<byte[]> _rented = [];
    private byte[]? _larger;

    /// <summary>Holds values, with the lengths between them: its own bytes, or an array that was rented because these were too few.</summary>
    public byte[] Bytes => _larger ?? _own;

    /// <summary>How many still need it: whoever fills it, and the pieces of it.</summary>
    public int Users { get; set; }

    /// <summary>Goes on with a larger array. Pieces that were cut before stay where they are.</summary>
    public void GrowTo(byte[] rented)
    {
        _rented.Add(rented);
        _larger = rented;
    }

    /// <summary>Gives up the arrays that were rented.</summary>
    public byte[][] TakeRented()
    {
        byte[][] rented = [.. _rented];
        _rented.Clear();
        _larger = null;
        return rented;
    }
}
