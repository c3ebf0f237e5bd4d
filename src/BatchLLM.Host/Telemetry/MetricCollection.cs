using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BatchLLM.Host.Telemetry;

/// <summary>Listens to meters from its creation on, and adds up what they say. Thread-safe.</summary>
/// <remarks>For <c>/metrics</c>: the exporter packages for Prometheus are not on every registry.</remarks>
internal sealed class MetricCollection : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = [];
    private readonly MeterListener _listener;

    /// <param name="meters">Names of the meters.</param>
    /// <param name="scope">Of meters that belong to something, only those that belong to this: a process may hold several applications.</param>
    public MetricCollection(IReadOnlyCollection<string> meters, object? scope)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (meters.Contains(instrument.Meter.Name) && (instrument.Meter.Scope is null || instrument.Meter.Scope == scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (instrument, _) => Forget(instrument),
        };
        _listener.SetMeasurementEventCallback<byte>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<short>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, _) => Record(instrument, (double)value, tags));
        _listener.Start();
    }

    /// <summary>All that was measured so far; what is only looked at when asked is asked now. By name.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        // What they measured before may be of something that is no more.
        _families.Values.Where(family => family.IsObserved).ToList().ForEach(family => family.Forget());
        _listener.RecordObservableInstruments();
        return [.. _families.Values.OrderBy(family => family.Instrument.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Forget(Instrument instrument) => _families.TryRemove(instrument, out _);

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _families.GetOrAdd(instrument, static added => new MetricFamily(added)).Record(value, tags);
}
