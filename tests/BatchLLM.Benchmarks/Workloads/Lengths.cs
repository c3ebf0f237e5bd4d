namespace BatchLLM.Benchmarks.Workloads;

/// <summary>Draws of lengths in tokens, at least 1.</summary>
internal static class Lengths
{
    /// <summary>Logarithm normally distributed: answers of chat models fit it well.</summary>
    /// <param name="random">The draw.</param>
    /// <param name="median">Half are below.</param>
    /// <param name="sigma">Standard deviation of the natural logarithm.</param>
    public static int LogNormal(Random random, double median, double sigma) => Round(median * Math.Exp(sigma * Normal(random)));

    /// <summary>Most near <paramref name="least"/>, few very much longer; the smaller alpha, the heavier the tail.</summary>
    public static int Pareto(Random random, double least, double alpha) =>
        Round(least * Math.Pow(1 - random.NextDouble(), -1 / alpha));

    /// <summary>As many between 50 and 100 as between 4,000 and 8,000.</summary>
    public static int LogUniform(Random random, double least, double most) =>
        Round(least * Math.Pow(most / least, random.NextDouble()));

    // Box and Muller 1958; the draw is never 0, so that its logarithm is finite.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static int Round(double length) => (int)Math.Clamp(Math.Round(length), 1, 1 << 20);
}
