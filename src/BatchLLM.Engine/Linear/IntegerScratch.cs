using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>What a thread needs for an integer product: an expanded block of weights, and the sums of a chunk of rows.</summary>
internal sealed unsafe class IntegerScratch : IDisposable
{
    /// <summary>Rows of a chunk: 32 tiles share an expanded block, so that expanding costs 3 %; their sums take 12 KiB a strip.</summary>
    public const int Rows = 192;

    /// <summary>k of a block: those of a strip are 16 KiB of shorts, half of the first-level cache.</summary>
    public const int BlockDepth = 512;

    private const int MostStrips = 3;

    // A record's head is as large as a quad of shorts, and a group has at least four quads.
    private const int BlockBytes = MostStrips * (BlockDepth / 4 + BlockDepth / 16) * 2 * GroupRecord.QuadBytes;
    private const int SumCount = Rows * MostStrips * IntegerTile.StripColumns;

    private readonly AlignedBuffer<byte> _blocks; // [workers, BlockBytes]
    private readonly AlignedBuffer<int> _sums; // [workers, Rows, strips of a tile, 16]

    /// <summary>Allocates.</summary>
    /// <param name="workers">Threads.</param>
    public IntegerScratch(int workers)
    {
        _blocks = new AlignedBuffer<byte>((long)workers * BlockBytes);
        _sums = new AlignedBuffer<int>((long)workers * SumCount);
    }

    /// <summary>A thread's room for a block.</summary>
    public byte* Block(int worker) => _blocks.Pointer + (nint)worker * BlockBytes;

    /// <summary>A thread's room for sums.</summary>
    public int* Sums(int worker) => _sums.Pointer + (nint)worker * SumCount;

    /// <inheritdoc/>
    public void Dispose()
    {
        _blocks.Dispose();
        _sums.Dispose();
    }
}
