using System.Diagnostics.Metrics;
using System.Globalization;

namespace BatchLLM.Host.Telemetry;

/// <summary>One instrument with a series of numbers for each combination of its tags. Thread-safe.</summary>
/// <param name="instrument">The instrument.</param>
internal sealed class MetricFamily(Instrument instrument)
{
    // A tag that takes any value, by a defect or by a client's doing, must not fill the memory: further series are left out.
    private const int MostSeries = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal); // by their labels
    private readonly bool _isAbsolute = IsAbsolute(instrument);
    private readonly double[] _bounds = BoundsOf(instrument);

    /// <summary>The instrument.</summary>
    public Instrument Instrument => instrument;

    /// <summary>What its numbers are.</summary>
    public MetricKind Kind { get; } = KindOf(instrument);

    /// <summary>True if it is looked at when asked, and says nothing by itself.</summary>
    public bool IsObserved => instrument.IsObservable;

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_lock)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count == MostSeries)
                {
                    return;
                }

                _series[labels] = series = new MetricSeries(labels, Kind == MetricKind.Histogram ? _bounds : []);
            }

            series.Record(value, _isAbsolute);
        }
    }

    /// <summary>Forgets all series.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _series.Clear();
        }
    }

    /// <summary>The series as they are now, by their labels.</summary>
    public IReadOnlyList<MetricSeries> Read()
    {
        lock (_lock)
        {
            return [.. _series.Values.Select(series => series.Copy()).OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    /// <summary>As <c>status="ok",kind="prompt"</c>, in the order of their names: the same tags give the same text.</summary>
    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new List<string>(tags.Length);
        foreach (var (name, value) in tags)
        {
            labels.Add($"{PrometheusText.Name(name)}=\"{PrometheusText.LabelValue(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")}\"");
        }

        labels.Sort(StringComparer.Ordinal);
        return string.Join(',', labels);
    }

    private static bool Is(Instrument instrument, params ReadOnlySpan<Type> kinds)
    {
        for (var type = instrument.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && kinds.Contains(type.GetGenericTypeDefinition()))
            {
                return true;
            }
        }

        return false;
    }

    private static MetricKind KindOf(Instrument instrument) =>
        Is(instrument, typeof(Histogram<>)) ? MetricKind.Histogram
        : Is(instrument, typeof(Counter<>), typeof(ObservableCounter<>)) ? MetricKind.Counter
        : MetricKind.Gauge;

    private static bool IsAbsolute(Instrument instrument) => instrument.IsObservable || Is(instrument, typeof(Gauge<>));

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10], // the conventions' for seconds
    };
}
