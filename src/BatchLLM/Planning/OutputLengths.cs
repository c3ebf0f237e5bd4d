using System.Numerics;

namespace BatchLLM.Planning;

/// <summary>
/// Foretells how many tokens a row will generate, from rows seen so far. Used to order and to pack, never for correctness.
/// Not thread-safe.
/// </summary>
/// <remarks>
/// The product-limit estimate (Kaplan and Meier 1958) of how many get longer than each length, so that rows that were cut
/// tell what they can: that they would have been longer. Rows are alike whose prompts and limits are within a factor of
/// two; what few such rows say is mixed with what all say, as if eight more like all had been seen.
/// </remarks>
public sealed class OutputLengths
{
    private const double PriorRows = 8;
    private const double LongShare = 0.05;
    private const int UnknownTokens = 256; // the limit of a row that names none

    private readonly SortedDictionary<(int Prompt, int Limit), LengthCounts> _buckets = []; // by powers of two
    private readonly LengthCounts _all = new();
    private readonly Dictionary<(int Prompt, int Limit), double[]> _hazards = []; // of what is counted now
    private long _rows;

    /// <summary>True while nothing is known.</summary>
    public bool IsEmpty => _rows == 0;

    /// <summary>Goes on from what was kept.</summary>
    public static OutputLengths From(OutputLengthProfile profile)
    {
        var lengths = new OutputLengths();
        foreach (var bucket in profile.Buckets)
        {
            foreach (var (tokens, ended, cut) in bucket.Counts)
            {
                lengths.Add(Key(bucket.PromptTokens, bucket.MaxTokens), tokens, isCut: false, ended);
                lengths.Add(Key(bucket.PromptTokens, bucket.MaxTokens), tokens, isCut: true, cut);
            }
        }

        return lengths;
    }

    /// <summary>What is known, to be kept.</summary>
    public OutputLengthProfile ToProfile() => new(
        [.. _buckets.Select(pair => new OutputLengthProfile.Bucket(1 << pair.Key.Prompt, 1 << pair.Key.Limit, Counts(pair.Value)))]);

    /// <summary>Adds a completion.</summary>
    /// <param name="promptTokens">Tokens of its prompt, at least 1.</param>
    /// <param name="maxTokens">Most tokens it could come to, at least 1.</param>
    /// <param name="completionTokens">Tokens it generated, a closing stop token included; at least 1.</param>
    /// <param name="isCut">True if it would have gone on: its limit was reached, or it still runs.</param>
    public void Add(int promptTokens, int maxTokens, int completionTokens, bool isCut) =>
        Add(Key(promptTokens, maxTokens), completionTokens, isCut, count: 1);

    /// <summary>Tokens that a row is expected to generate in all.</summary>
    /// <param name="promptTokens">Tokens of its prompt, at least 1.</param>
    /// <param name="maxTokens">Most tokens it can come to, at least 1.</param>
    /// <param name="generatedTokens">Tokens that it has generated without ending; fewer than its limit.</param>
    /// <returns>More than it has generated, at most its limit.</returns>
    public int Expect(int promptTokens, int maxTokens, int generatedTokens = 0)
    {
        var mean = IsEmpty
            ? UnknownTokens
            : generatedTokens + MeanLeft(Hazards(Key(promptTokens, maxTokens)), maxTokens, generatedTokens);
        return Math.Clamp((int)Math.Round(mean), generatedTokens + 1, maxTokens);
    }

    /// <summary>Tokens that only one row in twenty of its kind gets beyond.</summary>
    /// <param name="promptTokens">Tokens of its prompt, at least 1.</param>
    /// <param name="maxTokens">Most tokens it can come to, at least 1.</param>
    /// <returns>1 to its limit.</returns>
    public int ExpectAtMost(int promptTokens, int maxTokens)
    {
        if (IsEmpty)
        {
            return Math.Min(UnknownTokens, maxTokens);
        }

        var hazards = Hazards(Key(promptTokens, maxTokens));
        var (bin, alive) = (0, 1 - hazards[0]);
        while (alive > LongShare && LengthCounts.Shortest(bin + 1) <= maxTokens)
        {
            bin++;
            alive *= 1 - hazards[bin];
        }

        return Math.Min(LengthCounts.Shortest(bin + 1) - 1, maxTokens);
    }

    private static (int, int) Key(int promptTokens, int maxTokens) =>
        (BitOperations.Log2((uint)promptTokens), BitOperations.Log2((uint)maxTokens));

    private static OutputLengthProfile.Count[] Counts(LengthCounts counts) =>
    [
        .. Enumerable.Range(0, LengthCounts.Bins)
            .Where(bin => counts.Ended[bin] + counts.Cut[bin] > 0)
            .Select(bin => new OutputLengthProfile.Count(LengthCounts.Shortest(bin), counts.Ended[bin], counts.Cut[bin])),
    ];

    private void Add((int, int) key, int tokens, bool isCut, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            _buckets[key] = bucket = new LengthCounts();
        }

        bucket.Add(tokens, isCut, count);
        _all.Add(tokens, isCut, count);
        _rows += count;
        _hazards.Clear();
    }

    // The share that ends in each range of those that get into it. // [Bins]
    private double[] Hazards((int, int) key)
    {
        if (!_hazards.TryGetValue(key, out var hazards))
        {
            hazards = HazardsOfAll();
            if (_buckets.TryGetValue(key, out var bucket))
            {
                Mix(hazards, bucket);
            }

            _hazards[key] = hazards;
        }

        return hazards;
    }

    // Beyond the longest seen, completions are taken to end as often as they have so far.
    private double[] HazardsOfAll()
    {
        var (hazards, atRisk) = (new double[LengthCounts.Bins], _all.AtRisk());
        var (ended, tokens) = (0.0, 0.0);
        for (var bin = 0; bin < hazards.Length; bin++)
        {
            tokens += (double)Width(bin) * atRisk[bin];
            ended += _all.Ended[bin];
            hazards[bin] = atRisk[bin] > 0 ? (double)_all.Ended[bin] / atRisk[bin] : Math.Min(1, Width(bin) * ended / tokens);
        }

        return hazards;
    }

    private static void Mix(double[] hazards, LengthCounts bucket)
    {
        var atRisk = bucket.AtRisk();
        for (var bin = 0; bin < hazards.Length; bin++)
        {
            hazards[bin] = (bucket.Ended[bin] + (PriorRows * hazards[bin])) / (atRisk[bin] + PriorRows);
        }
    }

    private static int Width(int bin) => LengthCounts.Shortest(bin + 1) - LengthCounts.Shortest(bin);

    // The area under the curve; within a range it falls on a straight line.
    private static double MeanLeft(double[] hazards, int maxTokens, int generatedTokens)
    {
        var (mean, alive) = (0.0, 1.0);
        for (var next = generatedTokens + 1; next <= maxTokens;)
        {
            var bin = LengthCounts.BinOf(next);
            var end = Math.Min(maxTokens + 1, bin == LengthCounts.Bins - 1 ? int.MaxValue : LengthCounts.Shortest(bin + 1));
            var fall = hazards[bin] / Width(bin);
            var count = end - next;
            mean += alive * (count - (fall * count * (count - 1) / 2));
            alive *= 1 - (fall * count);
            next = end;
        }

        return mean;
    }
}
