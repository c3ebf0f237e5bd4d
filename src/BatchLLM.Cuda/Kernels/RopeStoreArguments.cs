using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in rope.cu. Addresses of 0 stand for what is left out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RopeStoreArguments
{
    /// <summary>Queries, keys, values; BF16 or int32. // [rows, (heads + 2 kvHeads) headDim]</summary>
    public ulong Product { get; init; }

    /// <summary>0 is 1. // [rows] of float32</summary>
    public ulong RowScales { get; init; }

    /// <summary>0 is 1. // [(heads + 2 kvHeads) headDim] of float32</summary>
    public ulong ColumnScales { get; init; }

    /// <summary>// [positions, headDim / 2] of float32</summary>
    public ulong Cosines { get; init; }

    /// <summary>// [positions, headDim / 2] of float32</summary>
    public ulong Sines { get; init; }

    /// <summary>Below 0: a row that only fills the step up, of which nothing is written. // [rows] of int32</summary>
    public ulong Positions { get; init; }

    /// <summary>Slice of each row. // [rows] of int32</summary>
    public ulong Slices { get; init; }

    /// <summary>KV blocks. // [slices, tableStride] of int32</summary>
    public ulong BlockTables { get; init; }

    /// <summary>Written, turned. // [rows, heads, headDim] of BF16</summary>
    public ulong Queries { get; init; }

    /// <summary>The layer's; E4M3 or BF16. // [blocks, kvHeads, blockTokens, headDim]</summary>
    public ulong Keys { get; init; }

    /// <summary>The layer's; E4M3 or BF16. // [blocks, kvHeads, blockTokens, headDim]</summary>
    public ulong Values { get; init; }

    /// <summary>Heads of queries.</summary>
    public int Heads { get; init; }

    /// <summary>Heads of keys and of values.</summary>
    public int KvHeads { get; init; }

    /// <summary>Elements of a head, a multiple of 16.</summary>
    public int HeadDim { get; init; }

    /// <summary>Entries of a slice's block table.</summary>
    public int TableStride { get; init; }

    /// <summary>Positions of a KV block.</summary>
    public int BlockTokens { get; init; }

    /// <summary>Of the product.</summary>
    public float ProductScale { get; init; }

    /// <summary>E4M3 codes of keys stand for value / scale.</summary>
    public float KeyScale { get; init; }

    /// <summary>E4M3 codes of values stand for value / scale.</summary>
    public float ValueScale { get; init; }
}
