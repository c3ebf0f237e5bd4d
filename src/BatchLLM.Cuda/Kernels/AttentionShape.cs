using System.Numerics;
using BatchLLM.Checkpoints;

namespace BatchLLM.Cuda.Kernels;

/// <summary>What attention kernels are chosen and launched by; the same for all layers of a model.</summary>
internal sealed record AttentionShape
{
    /// <summary>Positions that a kernel adds up before it folds them; SPLIT in kernels/attention.h.</summary>
    public const int SplitTokens = 512;

    /// <summary>Positions between two looks at the maximum; TILE in kernels/attention.h.</summary>
    public const int TileTokens = 64;

    /// <summary>Columns of a block of the chunk and the prefix kernel; BLOCK_COLUMNS in kernels/attention_tiles.h.</summary>
    public const int BlockColumns = 64;

    /// <summary>Threads of such a block.</summary>
    public const int BlockThreads = 128;

    private const int MostQueriesPerKey = 8;
    private const int FewestBlockTokens = 16;

    /// <summary>Creates a shape.</summary>
    /// <param name="headCount">Query heads.</param>
    /// <param name="kvHeadCount">Key and value heads; divides the query heads.</param>
    /// <param name="headSize">Elements of a head.</param>
    /// <param name="precision">What the cache holds; all but FP8 is BF16 on a GPU.</param>
    /// <param name="blockTokens">Positions of a KV block.</param>
    /// <exception cref="BatchLLMException">There is no kernel for heads like these.</exception>
    public AttentionShape(int headCount, int kvHeadCount, int headSize, KvPrecision precision, int blockTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, FewestBlockTokens);
        ArgumentOutOfRangeException.ThrowIfNotEqual(BitOperations.IsPow2(blockTokens), true, nameof(blockTokens));
        Check(headSize, headCount / kvHeadCount);
        HeadCount = headCount;
        KvHeadCount = kvHeadCount;
        HeadSize = headSize;
        IsFp8 = precision == KvPrecision.Fp8;
        BlockTokens = blockTokens;
    }

    /// <summary>Query heads.</summary>
    public int HeadCount { get; }

    /// <summary>Key and value heads.</summary>
    public int KvHeadCount { get; }

    /// <summary>Elements of a head: 32, 64 or 128.</summary>
    public int HeadSize { get; }

    /// <summary>True if the cache holds E4M3 codes, false if BF16.</summary>
    public bool IsFp8 { get; }

    /// <summary>Positions of a KV block: a power of two from 16.</summary>
    public int BlockTokens { get; }

    /// <summary>Elements of a row of queries or results.</summary>
    public int Width => HeadCount * HeadSize;

    /// <summary>Bytes of a head's key or value at one position.</summary>
    public int RowBytes => IsFp8 ? HeadSize : 2 * HeadSize;

    /// <summary>Rows, or positions of a chunk, that a block of 64 columns has room for: each takes a power of two of them.</summary>
    public int BlockRows => BlockColumns >> GroupShift;

    /// <summary>log2 of the columns that a row takes of a block.</summary>
    internal int GroupShift => BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)(HeadCount / KvHeadCount)));

    /// <summary>log2 of <see cref="BlockTokens"/>.</summary>
    internal int BlockShift => BitOperations.Log2((uint)BlockTokens);

    /// <summary>Shared memory of a block of the prefix kernel: two stages of keys and values.</summary>
    internal int StageBytes => 2 * 2 * TileTokens * RowBytes;

    /// <summary>Ends the names of this shape's kernels.</summary>
    internal string Suffix => $"{(IsFp8 ? "fp8" : "bf16")}_{HeadSize}";

    private static void Check(int headSize, int queriesPerKey)
    {
        if (headSize is not (32 or 64 or 128))
        {
            throw new BatchLLMException(
                $"The model's heads have {headSize} elements; a GPU runs heads of 32, 64 or 128. Run it with --device cpu.");
        }

        if (queriesPerKey > MostQueriesPerKey)
        {
            throw new BatchLLMException(
                $"In this model {queriesPerKey} query heads share a key head; a GPU runs up to {MostQueriesPerKey}. Run it with --device cpu.");
        }
    }
}
