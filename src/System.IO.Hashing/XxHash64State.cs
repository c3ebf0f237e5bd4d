using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>The four accumulators of XXH64, and its steps as the format description numbers them.</summary>
internal struct XxHash64State
{
    /// <summary>Bytes that go into the accumulators at once.</summary>
    public const int StripeBytes = 32;

    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    private readonly ulong _seed;
    private ulong _first;
    private ulong _second;
    private ulong _third;
    private ulong _fourth;

    /// <summary>Step 1: the accumulators before any stripe.</summary>
    public XxHash64State(ulong seed) => (_seed, _first, _second, _third, _fourth) =
        (seed, unchecked(seed + Prime1 + Prime2), unchecked(seed + Prime2), seed, unchecked(seed - Prime1));

    /// <summary>Step 2: takes the first <see cref="StripeBytes"/> bytes.</summary>
    public void AddStripe(ReadOnlySpan<byte> stripe)
    {
        _first = Round(_first, BinaryPrimitives.ReadUInt64LittleEndian(stripe));
        _second = Round(_second, BinaryPrimitives.ReadUInt64LittleEndian(stripe[8..]));
        _third = Round(_third, BinaryPrimitives.ReadUInt64LittleEndian(stripe[16..]));
        _fourth = Round(_fourth, BinaryPrimitives.ReadUInt64LittleEndian(stripe[24..]));
    }

    /// <summary>Steps 3 to 6.</summary>
    /// <param name="length">All bytes, those of the stripes included.</param>
    /// <param name="rest">The bytes behind the last stripe.</param>
    public readonly ulong Finish(ulong length, ReadOnlySpan<byte> rest) => unchecked(
        Avalanche(AddRest((length < StripeBytes ? _seed + Prime5 : Converge()) + length, rest)));

    private readonly ulong Converge()
    {
        var sum = unchecked(BitOperations.RotateLeft(_first, 1) + BitOperations.RotateLeft(_second, 7)
            + BitOperations.RotateLeft(_third, 12) + BitOperations.RotateLeft(_fourth, 18));
        return Merge(Merge(Merge(Merge(sum, _first), _second), _third), _fourth);
    }

    private static ulong AddRest(ulong hash, ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
                hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
                rest = rest[4..];
            }

            foreach (var value in rest)
            {
                hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
            }

            return hash;
        }
    }

    private static ulong Round(ulong accumulator, ulong lane) =>
        unchecked(BitOperations.RotateLeft(accumulator + (lane * Prime2), 31) * Prime1);

    private static ulong Merge(ulong hash, ulong accumulator) =>
        unchecked(((hash ^ Round(0, accumulator)) * Prime1) + Prime4);

    private static ulong Avalanche(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }
}
