namespace BatchLLM.Tests.Checkpoints.Formats;

/// <summary>Random float32 values whose exponents, not whose values, are evenly spread.</summary>
internal static class RandomFloats
{
    /// <summary>A value of either sign and magnitude 2^lowest up to 2^highest.</summary>
    public static float Next(Random random, int lowest, int highest)
    {
        var magnitude = MathF.ScaleB(1 + random.NextSingle(), random.Next(lowest, highest));
        return random.Next(2) == 0 ? magnitude : -magnitude;
    }
}
