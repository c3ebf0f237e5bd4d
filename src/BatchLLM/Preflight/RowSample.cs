using BatchLLM.Inference;

namespace BatchLLM.Preflight;

/// <summary>
/// Rows drawn at random from a stream of any length, each equally likely (reservoir sampling, Vitter 1985, algorithm R).
/// </summary>
/// <param name="size">Most rows.</param>
/// <param name="bits">Decides the draw.</param>
public sealed class RowSample(int size, SeededBits bits)
{
    private readonly List<InferenceRequest> _rows = [];
    private long _seen;

    /// <summary>The rows drawn so far. Their order says nothing, so any first part of them is a sample too.</summary>
    public IReadOnlyList<InferenceRequest> Rows => _rows;

    /// <summary>Offers a row.</summary>
    /// <param name="rowKey">Identity of the row in the job.</param>
    /// <param name="tokens">Its prompt; kept if it is drawn.</param>
    /// <param name="sampling">How its tokens are chosen.</param>
    public void Offer(ulong rowKey, int[] tokens, SamplingParameters sampling)
    {
        var place = bits.Below(++_seen);
        if (_rows.Count < size)
        {
            // The row that stands where this one goes moves to the end: the first rows are shuffled, too.
            _rows.Add(new InferenceRequest(0, rowKey, tokens, sampling));
            (_rows[(int)place], _rows[^1]) = (_rows[^1], _rows[(int)place]);
        }
        else if (place < size)
        {
            _rows[(int)place] = new InferenceRequest(0, rowKey, tokens, sampling);
        }
    }
}
