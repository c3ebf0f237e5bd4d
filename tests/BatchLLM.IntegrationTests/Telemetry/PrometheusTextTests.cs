using System.Diagnostics.Metrics;
using BatchLLM.Host.Telemetry;
using Xunit;

namespace BatchLLM.IntegrationTests.Telemetry;

/// <summary>Metrics as Prometheus reads them.</summary>
public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new($"test-{Guid.NewGuid():N}");
    private readonly MetricCollection _collection;

    public PrometheusTextTests() => _collection = new MetricCollection([_meter.Name], scope: null);

    public void Dispose()
    {
        _collection.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_its_tags_whatever_their_order()
    {
        var rows = _meter.CreateCounter<long>("batchllm.rows", "{row}", "Rows.");
        rows.Add(2, new("b", 1), new("a", "x"));
        rows.Add(3, new("a", "x"), new("b", 1));
        rows.Add(1, new KeyValuePair<string, object?>("a", "y"));

        Assert.Equal(
            """
            # HELP batchllm_rows_total Rows.
            # TYPE batchllm_rows_total counter
            batchllm_rows_total{a="x",b="1"} 5
            batchllm_rows_total{a="y"} 1

            """,
            Text());
    }

    [Fact]
    public void A_histogram_counts_up_to_each_bound()
    {
        var time = _meter.CreateHistogram(
            "commit.duration", "s", "Time.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var seconds in new[] { 0.25, 0.5, 0.75, 4 })
        {
            time.Record(seconds);
        }

        Assert.Equal(
            """
            # HELP commit_duration_seconds Time.
            # TYPE commit_duration_seconds histogram
            commit_duration_seconds_bucket{le="0.5"} 2
            commit_duration_seconds_bucket{le="1"} 3
            commit_duration_seconds_bucket{le="+Inf"} 4
            commit_duration_seconds_sum 5.5
            commit_duration_seconds_count 4

            """,
            Text());
    }

    [Fact]
    public void A_gauge_shows_the_last_number_and_a_change_is_added()
    {
        _meter.CreateGauge<double>("level", "1").Record(0.5);
        var open = _meter.CreateUpDownCounter<int>("open");
        open.Add(3);
        open.Add(-1);

        Assert.Equal(
            """
            # HELP level_ratio 
            # TYPE level_ratio gauge
            level_ratio 0.5
            # HELP open 
            # TYPE open gauge
            open 2

            """,
            Text());
    }

    [Fact]
    public void What_is_only_looked_at_is_as_it_is_now()
    {
        var states = new List<string> { "queued", "running" };
        _meter.CreateObservableGauge("jobs", () => states.Select(state => new Measurement<int>(1, new KeyValuePair<string, object?>("state", state))));
        Assert.Contains("jobs{state=\"queued\"} 1", Text(), StringComparison.Ordinal);

        states.Remove("queued");

        Assert.DoesNotContain("queued", Text(), StringComparison.Ordinal);
        Assert.Contains("jobs{state=\"running\"} 1", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_tag_stays_in_its_quotation_marks_and_takes_no_more_than_its_room()
    {
        var rows = _meter.CreateCounter<long>("rows");
        rows.Add(1, new KeyValuePair<string, object?>("9 na\"me", "a\"}\\\n# TYPE rows"));
        Assert.Contains("""rows_total{_9_na_me="a\"}\\\n# TYPE rows"} 1""", Text(), StringComparison.Ordinal);

        for (var value = 0; value < 10_000; value++)
        {
            rows.Add(1, new KeyValuePair<string, object?>("id", value));
        }

        Assert.InRange(Text().Split('\n').Length, 2000, 2010);
    }

    [Fact]
    public void Another_application_s_meter_is_not_shown()
    {
        using var other = new Meter(new MeterOptions(_meter.Name) { Scope = new object() });
        other.CreateCounter<long>("other").Add(1);

        Assert.Equal("", Text());
    }

    private string Text() => PrometheusText.Write(_collection.Collect());
}
