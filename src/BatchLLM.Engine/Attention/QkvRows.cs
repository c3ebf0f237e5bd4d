using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>Queries, keys and values of a step's rows, as one product leaves them side by side.</summary>
/// <param name="rows">All three. // [rows, queries | keys | values], each part padded to whole panels</param>
/// <param name="headSize">Width of a head.</param>
/// <param name="keyStart">First column of the keys.</param>
/// <param name="valueStart">First column of the values.</param>
internal readonly unsafe struct QkvRows(Matrix rows, int headSize, int keyStart, int valueStart)
{
    /// <summary>A query head. // [headSize]</summary>
    public float* Query(int row, int head) => rows[row] + head * headSize;

    /// <summary>A key head. // [headSize]</summary>
    public float* Key(int row, int kvHead) => rows[row] + keyStart + kvHead * headSize;

    /// <summary>A value head. // [headSize]</summary>
    public float* Value(int row, int kvHead) => rows[row] + valueStart + kvHead * headSize;
}
