using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Sampling;

/// <summary>Finds how large a weight must be to be among the largest. Reused; allocates nothing once it has grown.</summary>
internal sealed class LargestWeights
{
    private readonly PriorityQueue<float, float> _kept = new(); // the smallest on top

    /// <summary>The smallest of the largest weights, equal ones counted one by one.</summary>
    /// <param name="weights">// [tokens]</param>
    /// <param name="count">How many of the largest, 1 to as many as there are.</param>
    public float Smallest(ReadOnlySpan<float> weights, int count)
    {
        _kept.Clear();
        for (var i = 0; i < count; i++)
        {
            _kept.Enqueue(weights[i], weights[i]);
        }

        for (var i = count; i < weights.Length; i++)
        {
            var smallest = _kept.Peek();
            if (i <= weights.Length - 8 && Vector256.LessThanOrEqualAll(Vector256.Create(weights[i..]), Vector256.Create(smallest)))
            {
                i += 7;
            }
            else if (weights[i] > smallest)
            {
                _kept.DequeueEnqueue(weights[i], weights[i]);
            }
        }

        return _kept.Peek();
    }
}
