using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Workloads;

/// <summary>Collects the rows of one workload. The same seed and calls give the same workload.</summary>
internal sealed class WorkloadBuilder(int seed)
{
    // Below are ids that a model would use for control.
    private const int FirstToken = 256;

    private readonly List<(int[] Prompt, int MaxTokens, int NaturalLength)> _rows = [];

    /// <summary>Draws everything that the workload leaves to chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Random ids: two draws of more than a few share no prefix.</summary>
    public int[] Tokens(int count)
    {
        var tokens = new int[count];
        foreach (ref var token in tokens.AsSpan())
        {
            token = Random.Next(FirstToken, Workload.VocabularySize);
        }

        return tokens;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="prompt">The whole prompt.</param>
    /// <param name="maxTokens">Most tokens it may generate.</param>
    /// <param name="naturalLength">Tokens that the model would generate; may be more.</param>
    public void Add(int[] prompt, int maxTokens, int naturalLength) => _rows.Add((prompt, maxTokens, naturalLength));

    /// <summary>The workload, rows in the order in which they were added.</summary>
    public Workload Build(string name) => new(
        name,
        [.. _rows.Select((row, index) => Request(index, row.Prompt, row.MaxTokens))],
        [.. _rows.Select(row => row.NaturalLength)]);

    /// <summary>The workload, rows in random order, as exports of data bases and logs come.</summary>
    public Workload BuildShuffled(string name)
    {
        var rows = _rows.ToArray();
        Random.Shuffle(rows);
        _rows.Clear();
        _rows.AddRange(rows);
        return Build(name);
    }

    private static InferenceRequest Request(int index, int[] prompt, int maxTokens) =>
        new(index, (ulong)index, prompt, new SamplingParameters { MaxTokens = maxTokens });
}
