namespace BatchLLM.IntegrationTests.Blobs.Remote;

/// <summary>Contents that nothing can compress or confuse.</summary>
internal static class RandomBytes
{
    /// <summary>Of every content.</summary>
    public const int Seed = 21;

    public static byte[] Of(int count)
    {
        var bytes = new byte[count];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }
}
