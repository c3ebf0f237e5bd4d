using System.Numerics;
using System.Runtime.InteropServices;
using BatchLLM.Inference;

namespace BatchLLM.Preflight;

/// <summary>
/// A 128-bit digest of what a greedy row's completion depends on: prompt tokens and sampling. MurmurHash3 x64 128 (Appleby
/// 2011), taken for its speed: SHA-256 would take a tenth of the time that tokenizing takes. It is no defence against rows
/// made to collide; those would only be reported as duplicates, and run all the same.
/// </summary>
public ref struct PromptDigest
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    private ulong _high;
    private ulong _low;
    private ulong _words;

    /// <summary>The digest.</summary>
    public static (ulong High, ulong Low) Of(ReadOnlySpan<int> tokens, SamplingParameters sampling)
    {
        var digest = new PromptDigest();
        digest.AddAll(tokens);
        digest.Add((ulong)sampling.MaxTokens, BitConverter.DoubleToUInt64Bits(sampling.Temperature));
        digest.Add(BitConverter.DoubleToUInt64Bits(sampling.TopP), (ulong)sampling.TopK);
        digest.Add(sampling.Seed, BitConverter.DoubleToUInt64Bits(sampling.RepetitionPenalty));
        digest.Add(
            BitConverter.DoubleToUInt64Bits(sampling.PresencePenalty),
            BitConverter.DoubleToUInt64Bits(sampling.FrequencyPenalty));
        foreach (var stop in sampling.Stop)
        {
            digest.AddText(stop);
        }

        return digest.Finish();
    }

    private void AddText(string text)
    {
        var units = new int[text.Length]; // a stop text has a few characters
        for (var index = 0; index < units.Length; index++)
        {
            units[index] = text[index];
        }

        AddAll(units);
    }

    // The length goes in too: it parts one list from the next, and a short last word from one filled with zeros.
    private void AddAll(ReadOnlySpan<int> values)
    {
        var whole = values.Length / 4 * 4;
        var words = MemoryMarshal.Cast<int, ulong>(values[..whole]); // [values / 2]
        for (var index = 0; index < words.Length; index += 2)
        {
            Add(words[index], words[index + 1]);
        }

        Span<ulong> rest = stackalloc ulong[2];
        rest.Clear();
        values[whole..].CopyTo(MemoryMarshal.Cast<ulong, int>(rest));
        Add(rest[0], rest[1]);
        Add((ulong)values.Length, 0);
    }

    private void Add(ulong first, ulong second)
    {
        _words += 2;
        _high ^= BitOperations.RotateLeft(first * C1, 31) * C2;
        _high = ((BitOperations.RotateLeft(_high, 27) + _low) * 5) + 0x52dce729;
        _low ^= BitOperations.RotateLeft(second * C2, 33) * C1;
        _low = ((BitOperations.RotateLeft(_low, 31) + _high) * 5) + 0x38495ab5;
    }

    private readonly (ulong High, ulong Low) Finish()
    {
        var high = _high ^ _words;
        var low = _low ^ _words;
        high += low;
        low += high;
        (high, low) = (Mix(high), Mix(low));
        high += low;
        return (high, low + high);
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccd;
        bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53;
        return bits ^ (bits >> 33);
    }
}
