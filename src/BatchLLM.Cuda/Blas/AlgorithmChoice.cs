namespace BatchLLM.Cuda.Blas;

/// <summary>
/// Decides which algorithm a shape gets. All shapes of a layer, however many rows, get algorithms that give the same bits: a
/// row's answer then does not depend on how many rows are computed beside it, which speed alone would not keep.
/// </summary>
internal static class AlgorithmChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="tried">What works.</param>
    /// <param name="layerBits">What the layer's first shape gave on the same rows; null if this is the first.</param>
    /// <returns>
    /// The fastest of those with the layer's bits; if none has them, the fastest of all, whose bits then tell that rows of this
    /// layer depend on their number. Null if nothing works.
    /// </returns>
    public static TimedCandidate? Choose(IReadOnlyList<TimedCandidate> tried, string? layerBits)
    {
        var same = tried.Where(candidate => candidate.Bits == layerBits).ToList();
        var best = same.Count > 0 ? same : tried;
        return best.Count == 0 ? null : best.MinBy(candidate => candidate.Milliseconds);
    }
}
