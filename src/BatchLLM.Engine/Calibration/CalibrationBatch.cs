namespace BatchLLM.Engine.Calibration;

/// <summary>Whole sequences that pass a layer together.</summary>
/// <param name="Lengths">Tokens of each. // [sequences]</param>
internal sealed record CalibrationBatch(int[] Lengths)
{
    // Enough rows that a layer's weights are read seldom, little enough that a wide layer's activations stay small.
    private const int EnoughTokens = 512;

    /// <summary>Tokens of all its sequences.</summary>
    public int TokenCount { get; } = Lengths.Sum();

    /// <summary>Cuts sequences into batches, in order.</summary>
    public static IReadOnlyList<CalibrationBatch> Cut(IReadOnlyList<int[]> sequences)
    {
        var batches = new List<CalibrationBatch>();
        var lengths = new List<int>();
        foreach (var sequence in sequences)
        {
            lengths.Add(sequence.Length);
            if (lengths.Sum() >= EnoughTokens)
            {
                Close();
            }
        }

        if (lengths.Count > 0)
        {
            Close();
        }

        return batches;

        void Close()
        {
            batches.Add(new CalibrationBatch([.. lengths]));
            lengths.Clear();
        }
    }
}
