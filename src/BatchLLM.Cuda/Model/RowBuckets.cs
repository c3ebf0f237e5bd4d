namespace BatchLLM.Cuda.Model;

/// <summary>
/// Numbers of rows that steps are computed with: the next one up from a step's own, so that products are tried and steps are
/// recorded for a few dozen numbers only. Rows that fill a step up cost no more than the tensor cores' tiles would anyway.
/// </summary>
internal static class RowBuckets
{
    private const int Fine = 16;
    private const int FineUpTo = 256;
    private const int Middle = 64;
    private const int MiddleUpTo = 1_024;
    private const int Coarse = 256;

    /// <summary>The bucket of a number of rows.</summary>
    /// <param name="rows">At least 1.</param>
    public static int Of(int rows) => Up(rows, rows <= FineUpTo ? Fine : rows <= MiddleUpTo ? Middle : Coarse);

    /// <summary>All buckets of steps of up to a number of rows, the largest first.</summary>
    public static IEnumerable<int> UpTo(int rows)
    {
        for (var bucket = Of(rows); bucket > 0; bucket = Below(bucket))
        {
            yield return bucket;
        }
    }

    private static int Below(int bucket) => bucket - (bucket <= FineUpTo ? Fine : bucket <= MiddleUpTo ? Middle : Coarse);

    private static int Up(int rows, int multiple) => (rows + multiple - 1) / multiple * multiple;
}
