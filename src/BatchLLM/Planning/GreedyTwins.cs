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

    public int GetHashCode(InferenceRequest request)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes<int>(request.PromptTokens));
        return hash.ToHashCode();
    }

    // Stop texts are compared by themselves: a record compares lists by reference.
    private static bool AreSame(SamplingParameters left, SamplingParameters right) =>
        ReferenceEquals(left, right)
        || (left.Stop.SequenceEqual(right.Stop)
            && left with { Seed = right.Seed, Stop = right.Stop } == right);
}
