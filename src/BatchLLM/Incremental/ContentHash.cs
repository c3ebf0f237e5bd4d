using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM.Incremental;

/// <summary>
/// Tells a row from one with another answer: by its prompt's tokens, its sampling, and the model as it is computed. Where the row
/// stands does not count, so a row that moved keeps its answer, even one that was drawn by chance.
/// </summary>
public static class ContentHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Bytes = 16;

    /// <summary>The hash of nothing: a row without an answer to keep.</summary>
    public static UInt128 None => UInt128.Zero;

    private const int ScalarBytes = 8 * sizeof(long);

    /// <summary>What all rows of a job have in common.</summary>
    /// <param name="spec">The job in force.</param>
    /// <param name="modelDigest">What tells the model from another.</param>
    public static byte[] ModelKey(JobSpec spec, string modelDigest)
    {
        ArgumentNullException.ThrowIfNull(spec);

        // Other kinds of devices add in another order. The CPU is not named, as when there was nothing else.
        var device = DeviceNames.GpuOf(spec.Device) is null ? "" : $" {DeviceNames.Cuda}";
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{spec.Engine}{device}\n{spec.Numerics}\n{spec.KvCache}\n{modelDigest}"));
    }

    /// <summary>The first 16 bytes of a row's SHA-256; never <see cref="None"/>.</summary>
    /// <param name="modelKey">See <see cref="ModelKey"/>.</param>
    /// <param name="request">The row.</param>
    public static UInt128 Of(ReadOnlySpan<byte> modelKey, InferenceRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(modelKey);
        AppendSampling(hash, request.Sampling);
        foreach (var stop in request.Sampling.Stop)
        {
            AppendCounts(hash, Encoding.UTF8.GetByteCount(stop), 0);
            hash.AppendData(Encoding.UTF8.GetBytes(stop));
        }

        AppendCounts(hash, request.PromptTokens.Length, request.ContinuesText ? 1 : 0);
        hash.AppendData(MemoryMarshal.AsBytes(request.PromptTokens.AsSpan()));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return UInt128.Max(BinaryPrimitives.ReadUInt128LittleEndian(digest), UInt128.One);
    }

    private static void AppendSampling(IncrementalHash hash, SamplingParameters sampling)
    {
        Span<byte> bytes = stackalloc byte[ScalarBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, sampling.MaxTokens);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], sampling.TopK);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[8..], sampling.Temperature);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[16..], sampling.TopP);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], sampling.Seed);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[32..], sampling.RepetitionPenalty);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[40..], sampling.PresencePenalty);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[48..], sampling.FrequencyPenalty);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[56..], sampling.Stop.Count);
        bytes[60..].Clear();
        hash.AppendData(bytes);
    }

    private static void AppendCounts(IncrementalHash hash, int first, int second)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, first);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[sizeof(int)..], second);
        hash.AppendData(bytes);
    }
}
