namespace BatchLLM.Preflight;

/// <summary>A number that is not known exactly: 95 of 100 such ranges hold the true one.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="Likely">The best guess.</param>
/// <param name="High">The upper end.</param>
public sealed record Interval(double Low, double Likely, double High)
{
    private const double TailShare = 0.025;

    /// <summary>The range that resampled values fall into (percentile bootstrap, Efron 1981).</summary>
    /// <param name="likely">The value of the sample itself.</param>
    /// <param name="lows">Values of resamples, for the lower end.</param>
    /// <param name="highs">Values of resamples, for the upper end.</param>
    public static Interval OfResamples(double likely, double[] lows, double[] highs)
    {
        Array.Sort(lows);
        Array.Sort(highs);
        var cut = (int)(lows.Length * TailShare);
        return new Interval(Math.Min(likely, lows[cut]), likely, Math.Max(likely, highs[^(1 + cut)]));
    }

    /// <summary>The range, drawn in on the best guess: 0 leaves nothing but that, 1 the whole.</summary>
    public Interval Narrow(double share) => new(Likely - ((Likely - Low) * share), Likely, Likely + ((High - Likely) * share));

    /// <summary>The range, rounded: more digits would promise more than a range holds.</summary>
    public Interval Round(int digits) => new(Math.Round(Low, digits), Math.Round(Likely, digits), Math.Round(High, digits));

    /// <summary>The range times a number of at least 0.</summary>
    public Interval Times(double factor) => new(Low * factor, Likely * factor, High * factor);
}
