using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchLLM.Engine.Linear;

/// <summary>Expands a group's 4-bit codes into the record that a kernel reads; its scales are not touched.</summary>
internal static unsafe class GroupExpansion
{
    private const int HalfColumns = 8;
    private const int HalfBytes = 32;

    /// <summary>Expands.</summary>
    /// <param name="codes">// [quads / 2, 16, 4]: low nibbles the first quad</param>
    /// <param name="integers">What codes stand for, in both halves.</param>
    /// <param name="zeroPoints">What is taken off, or null. // [16]</param>
    /// <param name="quads">Quads of a group.</param>
    /// <param name="form">What the kernel takes.</param>
    /// <param name="record">See <see cref="GroupRecord"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Expand(byte* codes, Vector256<sbyte> integers, byte* zeroPoints, int quads, IntegerForm form, byte* record)
    {
        for (var half = 0; half < 2; half++)
        {
            var zero = zeroPoints is null ? default : Repeat(zeroPoints + half * HalfColumns);
            var from = codes + half * HalfBytes;
            if (form == IntegerForm.Shorts)
            {
                Shorts(from, integers, zero, quads, (short*)GroupRecord.Weights(record) + half * HalfBytes / 2);
            }
            else
            {
                var sums = Bytes(from, integers, zero, quads, GroupRecord.Weights(record) + half * HalfBytes);
                Start(sums, form, record + GroupRecord.StartOffset + half * HalfBytes);
            }
        }
    }

    private static void Shorts(byte* codes, Vector256<sbyte> integers, Vector256<sbyte> zero, int quads, short* shorts)
    {
        for (var quad = 0; quad < quads; quad += 2)
        {
            var bytes = Vector256.Load(codes + quad * HalfBytes);
            var target = shorts + quad * GroupRecord.QuadBytes;
            QuadWidening.Widen((Look(integers, bytes & Vector256.Create((byte)15)) - zero).AsInt16(), target);
            QuadWidening.Widen((Look(integers, bytes >>> 4) - zero).AsInt16(), target + GroupRecord.QuadBytes);
        }
    }

    // Returns -128 times the sums of neighbours, in 16 bits: activations are raised by 128, and this takes it off again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Bytes(
        byte* codes, Vector256<sbyte> integers, Vector256<sbyte> zero, int quads, byte* bytes)
    {
        var raise = Vector256.Create((byte)128);
        var sums = Vector256<short>.Zero;
        for (var quad = 0; quad < quads; quad += 2)
        {
            var pair = Vector256.Load(codes + quad * HalfBytes);
            var first = Look(integers, pair & Vector256.Create((byte)15)) - zero;
            var second = Look(integers, (pair.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15)) - zero;
            first.AsByte().Store(bytes + quad * GroupRecord.QuadBytes);
            second.AsByte().Store(bytes + (quad + 1) * GroupRecord.QuadBytes);
            sums -= Avx2.MultiplyAddAdjacent(raise, first);
            sums -= Avx2.MultiplyAddAdjacent(raise, second);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(Vector256<short> sums, IntegerForm form, byte* start)
    {
        if (form == IntegerForm.BytesSummedIn16)
        {
            sums.Store((short*)start);
        }
        else
        {
            Avx2.MultiplyAddAdjacent(sums, Vector256<short>.One).Store((int*)start);
        }
    }

    // Every column's byte four times.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Repeat(byte* columns) =>
        (SmallFloats.Widen(columns) * Vector256.Create(0x0101_0101)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Look(Vector256<sbyte> table, Vector256<byte> indices) => Avx2.IsSupported
        ? Avx2.Shuffle(table, indices.AsSByte())
        : Vector256.Create(
            Vector128.Shuffle(table.GetLower(), indices.GetLower().AsSByte()),
            Vector128.Shuffle(table.GetLower(), indices.GetUpper().AsSByte()));
}
