using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Sampling;

/// <summary>
/// The weights of a row's tokens and the draws from them. A heap gives the best ones in order, equal weights by lower id,
/// and stops as soon as top-k or top-p have enough: sorting a vocabulary of 128,256 for each token was rejected.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private const int BlockLength = 512;

    private readonly float[] _weights = new float[vocabulary]; // [vocabulary], largest is 1
    private readonly double[] _blockTotals = new double[(vocabulary + BlockLength - 1) / BlockLength]; // [blocks of tokens]
    private readonly int[] _heap = new int[vocabulary]; // ids; the first _heapCount are a heap
    private readonly int[] _best = new int[vocabulary]; // ids in descending weight
    private readonly LargestWeights _largest = new();
    private int _heapCount;
    private double _total;

    /// <summary>Sets exp((logit - max) / temperature) of every token.</summary>
    public void Weigh(ReadOnlySpan<float> logits, float max, double temperature)
    {
        var inverse = (float)(1 / temperature);
        _total = 0;
        for (var block = 0; block < _blockTotals.Length; block++)
        {
            var start = block * BlockLength;
            var count = Math.Min(BlockLength, logits.Length - start);
            _blockTotals[block] = Weigh(logits.Slice(start, count), max, inverse, _weights.AsSpan(start, count));
            _total += _blockTotals[block];
        }
    }

    private static float Weigh(ReadOnlySpan<float> logits, float max, float inverse, Span<float> weights)
    {
        var sum = Vector256<float>.Zero;
        var i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            var weight = Exponential.Of((Vector256.Create(logits[i..]) - Vector256.Create(max)) * inverse);
            weight.CopyTo(weights[i..]);
            sum += weight;
        }

        var total = Lanes.Sum(sum);
        for (; i < logits.Length; i++)
        {
            weights[i] = Exponential.Of(Vector256.Create((logits[i] - max) * inverse)).ToScalar();
            total += weights[i];
        }

        return total;
    }

    /// <summary>Draws from all tokens, which are laid on [0, total) in ascending id.</summary>
    /// <param name="uniform">In [0, 1).</param>
    public int DrawFromAll(double uniform)
    {
        var left = uniform * _total;
        var block = 0;
        while (block < _blockTotals.Length - 1 && left >= _blockTotals[block])
        {
            left -= _blockTotals[block++];
        }

        for (var id = block * BlockLength; id < _weights.Length; id++)
        {
            left -= _weights[id];
            if (left < 0)
            {
                return id;
            }
        }

        // Rounding may leave a rest behind the last token.
        return Array.FindLastIndex(_weights, static weight => weight > 0);
    }

    /// <summary>Draws from the best tokens, which are laid on the line in descending weight.</summary>
    /// <param name="topK">Only this many; 0 is all.</param>
    /// <param name="topP">Of those, the smallest set whose share reaches this.</param>
    /// <param name="uniform">In [0, 1).</param>
    public int DrawFromBest(int topK, double topP, double uniform)
    {
        var count = topK == 0 ? 0 : Math.Min(topK, _weights.Length);
        BuildHeap(topK == 0 ? (float)(_total * (1 - topP) / _weights.Length) : _largest.Smallest(_weights, count));
        var total = topK == 0 ? _total : TakeBest(count);
        var (kept, sum) = Nucleus(count, topP * total);
        var left = uniform * sum;
        for (var i = 0; i < kept - 1; i++)
        {
            left -= _weights[_best[i]];
            if (left < 0)
            {
                return _best[i];
            }
        }

        return _best[kept - 1];
    }

    // Fills _best from the heap and returns the weight of what it took.
    private double TakeBest(int count)
    {
        var total = 0.0;
        for (var i = 0; i < count; i++)
        {
            _best[i] = Pop();
            total += _weights[_best[i]];
        }

        return total;
    }

    // The shortest run of _best, continued from the heap if top-k has not filled it, whose weight reaches the aim.
    private (int Kept, double Sum) Nucleus(int taken, double aim)
    {
        var sum = 0.0;
        var kept = 0;
        while (kept == 0 || (sum < aim && (kept < taken || (taken == 0 && _heapCount > 0))))
        {
            if (taken == 0)
            {
                _best[kept] = Pop();
            }

            sum += _weights[_best[kept++]];
        }

        return (kept, sum);
    }

    // Tokens below the floor are not among the best k, or weigh together less than what top-p may leave out.
    private void BuildHeap(float floor)
    {
        _heapCount = 0;
        for (var id = 0; id < _weights.Length; id++)
        {
            if (id <= _weights.Length - 8 && Vector256.LessThanAll(Vector256.Create(_weights, id), Vector256.Create(floor)))
            {
                id += 7;
            }
            else if (_weights[id] >= floor)
            {
                _heap[_heapCount++] = id;
            }
        }

        for (var i = _heapCount / 2 - 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    private int Pop()
    {
        var best = _heap[0];
        _heap[0] = _heap[--_heapCount];
        SiftDown(0);
        return best;
    }

    private void SiftDown(int i)
    {
        for (var child = 2 * i + 1; child < _heapCount; child = 2 * i + 1)
        {
            if (child + 1 < _heapCount && IsBetter(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBetter(_heap[child], _heap[i]))
            {
                return;
            }

            (_heap[i], _heap[child]) = (_heap[child], _heap[i]);
            i = child;
        }
    }

    private bool IsBetter(int a, int b) => _weights[a] > _weights[b] || (_weights[a] == _weights[b] && a < b);
}
