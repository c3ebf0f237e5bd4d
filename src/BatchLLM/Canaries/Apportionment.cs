namespace BatchLLM.Canaries;

/// <summary>
/// Shares a number of places out by weights: each gets one before any gets a second, and then by weight for each place it has
/// (Adams 1832). Pure.
/// </summary>
public static class Apportionment
{
    /// <summary>Places by index of the weight; fewer than asked for only where all are full.</summary>
    /// <param name="places">How many there are.</param>
    /// <param name="weights">Who has more gets more.</param>
    /// <param name="most">How many each can take.</param>
    public static int[] Share(int places, IReadOnlyList<long> weights, IReadOnlyList<int> most)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(most);
        var shares = new int[weights.Count];
        var waiting = new PriorityQueue<int, (double Claim, int Index)>();
        for (var index = 0; index < weights.Count; index++)
        {
            Ask(index);
        }

        for (; places > 0 && waiting.TryDequeue(out var index, out _); places--)
        {
            shares[index]++;
            Ask(index);
        }

        return shares;

        // The queue gives the smallest first; among equals the first.
        void Ask(int index)
        {
            if (shares[index] < most[index])
            {
                var claim = shares[index] == 0 ? double.PositiveInfinity : (double)weights[index] / shares[index];
                waiting.Enqueue(index, (-claim, index));
            }
        }
    }
}
