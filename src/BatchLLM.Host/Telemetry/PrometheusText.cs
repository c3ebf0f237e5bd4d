using System.Globalization;
using System.Text;

namespace BatchLLM.Host.Telemetry;

/// <summary>
/// Metrics as Prometheus reads them: the text format 0.0.4, and names made of OpenTelemetry's by its compatibility rules: units are
/// spelled out behind the name, counters end in _total.
/// </summary>
internal static class PrometheusText
{
    /// <summary>Its media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["1"] = "ratio",
        ["%"] = "percent",
    };

    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            Write(text, family);
        }

        return text.ToString();
    }

    /// <summary>A name or a label's name: letters, digits and underscores, with no digit first.</summary>
    public static string Name(string name)
    {
        var legal = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return legal.Length == 0 || char.IsAsciiDigit(legal[0]) ? "_" + legal : legal;
    }

    /// <summary>A label's value between quotation marks.</summary>
    public static string LabelValue(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>What an instrument is called here.</summary>
    public static string NameOf(MetricFamily family)
    {
        var unit = family.Instrument.Unit ?? "";
        var name = Name(family.Instrument.Name);

        // What stands in braces only annotates, as {row}; a ratio is one of gauges alone.
        var suffix = unit == "1" && family.Kind != MetricKind.Gauge ? "" : Units.GetValueOrDefault(unit, "");
        name = suffix.Length == 0 || name.EndsWith("_" + suffix, StringComparison.Ordinal) ? name : $"{name}_{suffix}";
        return family.Kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static void Write(StringBuilder text, MetricFamily family)
    {
        var series = family.Read();
        if (series.Count == 0)
        {
            return;
        }

        var name = NameOf(family);
        var help = (family.Instrument.Description ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {family.Kind.ToString().ToLowerInvariant()}\n");
        foreach (var one in series)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, name, one);
            }
            else
            {
                Line(text, name, one.Labels, one.Value);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricSeries series)
    {
        var separator = series.Labels.Length == 0 ? "" : ",";
        var count = 0L;
        foreach (var (bucket, cumulated) in series.Cumulated.Index())
        {
            var bound = bucket < series.Bounds.Count ? series.Bounds[bucket].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            Line(text, name + "_bucket", $"{series.Labels}{separator}le=\"{bound}\"", cumulated);
            count = cumulated;
        }

        Line(text, name + "_sum", series.Labels, series.Value);
        Line(text, name + "_count", series.Labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(CultureInfo.InvariantCulture, $" {Number(value)}\n");
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
