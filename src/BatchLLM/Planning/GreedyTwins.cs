using System.Numerics;
using System.Runtime.InteropServices;
using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// Rows whose answers are the same because nothing is drawn and all else is equal. The seed and the row's key only decide
/// draws, so they do not count.
/// </summary>
internal sealed class GreedyTwins : IEqualityComparer<InferenceRequest>
{
    public bool Equals(InferenceRequest? left, InferenceRequest? right) =>
        ReferenceEquals(left, right)
        || (left is not null && right is not null
            && left.Sampling.IsGreedy
            && left.ContinuesText == right.ContinuesText
            && AreSame(left.Sampling, right.Sampling)
            && left.PromptTokens.AsSpan().SequenceEqual(right.PromptTokens));

    // A checksum, of which the processor takes 8 bytes at a time: all tokens of a window pass here.
    public int GetHashCode(InferenceRequest request)
    {
        var tokens = request.PromptTokens.AsSpan();
        var hash = (uint)tokens.Length;
        foreach (var pair in MemoryMarshal.Cast<int, ulong>(tokens))
        {
            hash = BitOperations.Crc32C(hash, pair);
        }

        return (int)(int.IsOddInteger(tokens.Length) ? BitOperations.Crc32C(hash, (uint)tokens[^1]) : hash);
    }

    // Stop texts are compared by themselves: a record compares lists by reference.
    private static bool AreSame(SamplingParameters left, SamplingParameters right) =>
        ReferenceEquals(left, right)
        || (left.Stop.SequenceEqual(right.Stop)
            && left with { Seed = right.Seed, Stop = right.Stop } == right);
}
