namespace BatchLLM.Tests.Parquet;

/// <summary>Random values for the delta encodings, the same for the same seed.</summary>
internal static class DeltaSamples
{
    public static DeltaEncoder Encoder(Random random, bool isPadded)
    {
        var miniblocks = 1 << random.Next(3);
        return new DeltaEncoder
        {
            BlockSize = 128 * random.Next(1, 4),
            Miniblocks = miniblocks,
            IsPadded = isPadded,
            UnneededWidth = (byte)random.Next(256),
        };
    }

    public static long[] Integers(Random random, bool isShort)
    {
        var values = new long[random.Next(700)];
        var width = random.Next(65);
        for (var i = 0; i < values.Length; i++)
        {
            var next = random.Next(20) switch
            {
                0 => long.MinValue,
                1 => long.MaxValue,
                2 => int.MinValue,
                _ => width == 0 ? 7 : random.NextInt64(long.MinValue, long.MaxValue) >> (64 - width),
            };
            values[i] = isShort ? (int)next : next;
        }

        return values;
    }

    public static List<byte[]> ByteArrays(Random random)
    {
        var values = new List<byte[]> { Array.Empty<byte>() };
        for (var i = random.Next(400); i > 0; i--)
        {
            var shared = values[^1][..random.Next(values[^1].Length + 1)];
            var own = new byte[random.Next(3) == 0 ? 0 : random.Next(30)];
            random.NextBytes(own);
            values.Add(random.Next(4) == 0 ? own : [.. shared, .. own]);
        }

        return values;
    }
}
