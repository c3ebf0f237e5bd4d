using System.Numerics;

namespace BatchLLM.Planning;

/// <summary>
/// How many completions ended, and how many were cut, at each length. Lengths below 16 stand alone, longer ones in eighths
/// of an octave: 12 % is as good as any row's length can be foretold.
/// </summary>
internal sealed class LengthCounts
{
    /// <summary>Ranges of lengths, up to 2^21 tokens.</summary>
    public const int Bins = SingleBins + ((MaxOctave - FirstOctave) * BinsPerOctave);

    private const int SingleBins = 15;
    private const int FirstOctave = 4;
    private const int MaxOctave = 21;
    private const int BinsPerOctave = 8;

    /// <summary>Completions that ended by themselves. // [Bins]</summary>
    public long[] Ended { get; } = new long[Bins];

    /// <summary>Completions that were cut, and would have gone on. // [Bins]</summary>
    public long[] Cut { get; } = new long[Bins];

    /// <summary>The range that a length is in.</summary>
    /// <param name="length">At least 1.</param>
    public static int BinOf(int length)
    {
        if (length <= SingleBins)
        {
            return length - 1;
        }

        var octave = BitOperations.Log2((uint)length);
        var part = (length >> (octave - 3)) & (BinsPerOctave - 1);
        return Math.Min(Bins - 1, SingleBins + ((octave - FirstOctave) * BinsPerOctave) + part);
    }

    /// <summary>The shortest length of a range.</summary>
    public static int Shortest(int bin)
    {
        if (bin < SingleBins)
        {
            return bin + 1;
        }

        var (octave, part) = Math.DivRem(bin - SingleBins, BinsPerOctave);
        return (BinsPerOctave + part) << (octave + FirstOctave - 3);
    }

    /// <summary>Adds completions of one length.</summary>
    public void Add(int length, bool isCut, long count = 1) => (isCut ? Cut : Ended)[BinOf(length)] += count;

    /// <summary>Completions that got into each range or beyond. // [Bins]</summary>
    public long[] AtRisk()
    {
        var (atRisk, sum) = (new long[Bins], 0L);
        for (var bin = Bins - 1; bin >= 0; bin--)
        {
            sum += Ended[bin] + Cut[bin];
            atRisk[bin] = sum;
        }

        return atRisk;
    }
}
