using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Model;

/// <summary>
/// The final norm and the product with the output matrix, of some chosen rows at a time: the logits of 512 rows over a vocabulary
/// of 128,256 would take 262 MB, and tokens are chosen from logits that are still in cache.
/// </summary>
internal sealed unsafe class OutputHead : IDisposable
{
    // A product of fewer rows would wait for the output matrix from memory.
    private const int LeastRows = 64;
    private const int CacheBytes = 4 << 20;

    private readonly LlamaWeights _weights;
    private readonly WorkerPool _pool;
    private readonly LinearLayers _linear;
    private readonly RmsNorm _norm;
    private readonly StepTimes _times;
    private readonly Matrix _hidden; // [chosen, hidden]
    private readonly Matrix _normed; // [RowCount, hidden]
    private readonly MatrixBuffer _logits; // [RowCount, vocabulary]

    /// <summary>Allocates the logits.</summary>
    /// <param name="weights">Final norm and output matrix.</param>
    /// <param name="choices">Most choices of a step.</param>
    /// <param name="hidden">Where the chosen rows stand. // [choices, hidden]</param>
    /// <param name="normed">Room for the norm's results. // [choices, hidden]</param>
    /// <param name="linear">Computes the product.</param>
    /// <param name="norm">Computes the norm.</param>
    /// <param name="pool">Computes both.</param>
    /// <param name="times">Takes note of the time.</param>
    public OutputHead(
        LlamaWeights weights, int choices, Matrix hidden, Matrix normed, LinearLayers linear, RmsNorm norm, WorkerPool pool,
        StepTimes times)
    {
        (_weights, _hidden, _normed, _linear, _norm, _pool, _times) = (weights, hidden, normed, linear, norm, pool, times);
        var columns = weights.Head.ColumnCount;
        RowCount = Math.Min(choices, Math.Max(LeastRows, CacheBytes / (columns * sizeof(float))));
        _logits = new MatrixBuffer(RowCount, columns);
    }

    /// <summary>Most rows at a time.</summary>
    public int RowCount { get; }

    /// <summary>Computes logits; the rows' own state stays as it is.</summary>
    /// <param name="first">First choice.</param>
    /// <param name="count">Choices, at most <see cref="RowCount"/>.</param>
    /// <returns>Valid until the next call. // [count, vocabulary]</returns>
    public Matrix Logits(int first, int count)
    {
        _pool.Run(_norm.Of(_weights.FinalNorm.Pointer, new Matrix(_hidden[first], _hidden.Stride), _normed, count));
        _times.Mark(StepPart.Norm);
        _linear.Multiply(_weights.Head, _normed, _logits.Rows, count);
        _times.Mark(StepPart.Head);
        return _logits.Rows;
    }

    /// <inheritdoc/>
    public void Dispose() => _logits.Dispose();
}
