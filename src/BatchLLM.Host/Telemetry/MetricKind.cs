namespace BatchLLM.Host.Telemetry;

/// <summary>How an instrument's measurements become one number.</summary>
internal enum MetricKind
{
    /// <summary>They are added up, and never fall.</summary>
    Counter,

    /// <summary>The last one counts; or, where they say a change, their sum.</summary>
    Gauge,

    /// <summary>They are counted by size.</summary>
    Histogram,
}
