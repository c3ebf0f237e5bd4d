namespace BatchLLM.Host.Telemetry;

/// <summary>The numbers of one instrument with one combination of tags.</summary>
internal sealed class MetricSeries
{
    private readonly long[] _counts; // [bounds, and one for what is above them all]

    /// <param name="labels">The tags as Prometheus writes them, without braces.</param>
    /// <param name="bounds">Upper bounds of the buckets, ascending; empty if it is no histogram.</param>
    public MetricSeries(string labels, IReadOnlyList<double> bounds)
    {
        (Labels, Bounds) = (labels, bounds);
        _counts = new long[bounds.Count + 1];
    }

    private MetricSeries(MetricSeries other)
    {
        (Labels, Bounds, Value) = (other.Labels, other.Bounds, other.Value);
        _counts = [.. other._counts];
    }

    /// <summary>The tags.</summary>
    public string Labels { get; }

    /// <summary>Upper bounds of the buckets.</summary>
    public IReadOnlyList<double> Bounds { get; }

    /// <summary>The number; of a histogram, the sum of all measurements.</summary>
    public double Value { get; private set; }

    /// <summary>Measurements up to each bound, and at last all of them.</summary>
    public IEnumerable<long> Cumulated
    {
        get
        {
            var sum = 0L;
            return _counts.Select(count => sum += count);
        }
    }

    /// <summary>A copy that stays as it is.</summary>
    public MetricSeries Copy() => new(this);

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, bool isAbsolute)
    {
        Value = isAbsolute ? value : Value + value;
        var bucket = 0;
        while (bucket < Bounds.Count && value > Bounds[bucket])
        {
            bucket++;
        }

        _counts[bucket]++;
    }
}
