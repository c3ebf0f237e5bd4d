using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Transposes square tiles of bytes and 16-bit elements in registers: interleaving row i with row i + half, as often as the
/// logarithm of the rows, is a transposition.
/// </summary>
internal static unsafe class TileTranspose
{
    private const int ByteTile = 16;
    private const int ShortTile = 8;

    /// <summary>True if the machine has the instructions.</summary>
    public static bool IsSupported => Sse2.IsSupported;

    /// <summary>Transposes 16 x 16 bytes.</summary>
    /// <param name="rows">// [16, 16], rowStride apart</param>
    /// <param name="rowStride">Elements between rows.</param>
    /// <param name="columns">Receives them. // [16, 16], columnStride apart</param>
    /// <param name="columnStride">Elements between the result's rows.</param>
    [SkipLocalsInit]
    public static void Bytes(byte* rows, nint rowStride, byte* columns, nint columnStride)
    {
        var first = stackalloc Vector128<byte>[ByteTile];
        var second = stackalloc Vector128<byte>[ByteTile];
        for (var i = 0; i < ByteTile; i++)
        {
            first[i] = Vector128.Load(rows + i * rowStride);
        }

        Interleave(first, second);
        Interleave(second, first);
        Interleave(first, second);
        Interleave(second, first);
        for (var i = 0; i < ByteTile; i++)
        {
            first[i].Store(columns + i * columnStride);
        }
    }

    /// <summary>Transposes 8 x 8 elements of 16 bits.</summary>
    /// <param name="rows">// [8, 8], rowStride apart</param>
    /// <param name="rowStride">Elements between rows.</param>
    /// <param name="columns">Receives them. // [8, 8], columnStride apart</param>
    /// <param name="columnStride">Elements between the result's rows.</param>
    [SkipLocalsInit]
    public static void Shorts(ushort* rows, nint rowStride, ushort* columns, nint columnStride)
    {
        var first = stackalloc Vector128<ushort>[ShortTile];
        var second = stackalloc Vector128<ushort>[ShortTile];
        for (var i = 0; i < ShortTile; i++)
        {
            first[i] = Vector128.Load(rows + i * rowStride);
        }

        Interleave(first, second);
        Interleave(second, first);
        Interleave(first, second);
        for (var i = 0; i < ShortTile; i++)
        {
            second[i].Store(columns + i * columnStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector128<byte>* from, Vector128<byte>* to)
    {
        for (var i = 0; i < ByteTile / 2; i++)
        {
            to[2 * i] = Sse2.UnpackLow(from[i], from[i + ByteTile / 2]);
            to[2 * i + 1] = Sse2.UnpackHigh(from[i], from[i + ByteTile / 2]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector128<ushort>* from, Vector128<ushort>* to)
    {
        for (var i = 0; i < ShortTile / 2; i++)
        {
            to[2 * i] = Sse2.UnpackLow(from[i], from[i + ShortTile / 2]);
            to[2 * i + 1] = Sse2.UnpackHigh(from[i], from[i + ShortTile / 2]);
        }
    }
}
