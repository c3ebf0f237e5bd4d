using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Parquet.Compression;

/// <content>Decodes what nearly all of a block is, without asking much of each element.</content>
internal static partial class SnappyDecoder
{
    private const int Wide = 16;
    private const int Narrow = 8;
    private const int LengthMask = 0x7F;
    private const int OffsetMask = 0x700;

    private static readonly ushort[] Tags = MakeTags();

    /// <summary>By kind of tag, the bits behind it that belong to the offset; none where the offset is not handled so.</summary>
    private static readonly uint[] OffsetMasks = [0, 0xFF, 0xFFFF, 0];

    /// <summary>
    /// Decodes elements as long as both buffers have room for the widest of them, and leaves the first that needs a
    /// closer look, or is broken, to <see cref="DecodeOne"/>.
    /// </summary>
    /// <remarks>
    /// Most elements are copies of a few bytes, and the time goes by until it is known where the next one begins. So two are
    /// taken from one load, without a look at memory between them; this was a third less time than one after the other. Which
    /// of the two kinds of copies comes next cannot be foretold, so it is looked up and not asked for.
    /// </remarks>
    public static unsafe void DecodeFast(
        ReadOnlySpan<byte> source, Span<byte> destination, ref int readSoFar, ref int writtenSoFar)
    {
        // Bounds, proven by the loop's conditions: an element handled here reads at most 1 + 64 bytes, and writes at
        // most 64 bytes, in moves that end within them.
        var (lastRead, lastWritten) = (source.Length - (1 + MaxCopy), destination.Length - MaxCopy);
        var (read, written) = (readSoFar, writtenSoFar);
        fixed (byte* from = source, to = destination)
        fixed (ushort* tags = Tags)
        fixed (uint* masks = OffsetMasks)
        {
            while (read <= lastRead && written <= lastWritten)
            {
                var word = Unsafe.ReadUnaligned<ulong>(from + read);
                var length = CopyBack(word, tags, masks, to, written);
                if (length == 0)
                {
                    length = MoveLiteral(from + read, to + written);
                    if (length == 0)
                    {
                        break;
                    }

                    read += 1 + length;
                    written += length;
                    continue;
                }

                read += Step(word);
                written += length;
                word >>= 8 * Step(word);
                if (written <= lastWritten && (length = CopyBack(word, tags, masks, to, written)) > 0)
                {
                    read += Step(word);
                    written += length;
                }
            }
        }

        (readSoFar, writtenSoFar) = (read, written);
    }

    /// <summary>Bytes from the tag of a copy to the next: what <see cref="CopyBack"/> handles has offsets of one or two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(ulong word) => ((int)word & 3) + 1;

    /// <summary>Carries out a copy.</summary>
    /// <param name="word">Its tag and the bytes that follow; three are used.</param>
    /// <param name="tags"><see cref="Tags"/>.</param>
    /// <param name="masks"><see cref="OffsetMasks"/>.</param>
    /// <param name="start">The first decoded byte.</param>
    /// <param name="written">Bytes that are decoded.</param>
    /// <returns>Bytes copied; 0 if it is none, or one that needs a closer look.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int CopyBack(ulong word, ushort* tags, uint* masks, byte* start, int written)
    {
        uint element = tags[(byte)word];
        var offset = (element & OffsetMask) | ((uint)(word >> 8) & masks[word & 3]);
        if (offset < Narrow || offset > (uint)written)
        {
            return 0;
        }

        var to = start + written;
        var length = (int)(element & LengthMask);
        if (offset >= Wide)
        {
            MoveUpTo64(to - offset, to, length, always: 2 * Wide);
        }
        else
        {
            MoveNarrow(to - offset, to, length);
        }

        return length;
    }

    /// <summary>Moves a literal whose length is in its tag.</summary>
    /// <returns>Bytes moved; 0 if it is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int MoveLiteral(byte* tag, byte* destination)
    {
        var length = (*tag >> 2) + 1;
        if ((*tag & 3) != 0 || length > MaxShortLiteral)
        {
            return 0;
        }

        MoveUpTo64(tag + 1, destination, length, always: Wide);
        return length;
    }

    /// <summary>Moves what is nearly always enough without asking, and the rest of 64 bytes if that was too little.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void MoveUpTo64(byte* source, byte* destination, int length, int always)
    {
        for (var done = 0; done < always; done += Wide)
        {
            Vector128.Load(source + done).Store(destination + done);
        }

        if (length > always)
        {
            for (var done = always; done < MaxCopy; done += Wide)
            {
                Vector128.Load(source + done).Store(destination + done);
            }
        }
    }

    private static unsafe void MoveNarrow(byte* source, byte* destination, int length)
    {
        for (var done = 0; done < length; done += Narrow)
        {
            Unsafe.WriteUnaligned(destination + done, Unsafe.ReadUnaligned<ulong>(source + done));
        }
    }

    /// <summary>
    /// By tag of a copy with an offset of up to 16 bits: its length, and the bits of the offset that the tag holds, in their place.
    /// No encoder that is known makes others.
    /// </summary>
    private static ushort[] MakeTags() =>
    [
        .. Enumerable.Range(0, 256).Select(tag => (ushort)((tag & 3) switch
        {
            1 => (((tag >> 2) & 7) + 4) | ((tag >> 5) << 8),
            2 => (tag >> 2) + 1,
            _ => 0,
        })),
    ];
}
