using System.Runtime.InteropServices;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A page that libzstd decompresses straight to where its values are read, block by block: what a block goes back to stands
/// there, or in the room before. Through a window of the library's own every byte is written once more: 26.0 instead of 24.7 ms
/// for a page of 54 MB.
/// </summary>
internal sealed class ZstdInPlace(StoredBytes source) : Decompression
{
    /// <summary>The window of level 3, the default of the library and of most that write Parquet, and of those below.</summary>
    public const int MostReach = 2 << 20;

    /// <summary>Bytes that a block gives at most.</summary>
    public const int BlockBytes = 128 << 10;

    /// <summary>Stands for a room before the first: the library must never go back to memory that is not there any more.</summary>
    private static readonly byte[] None = GC.AllocateArray<byte>(8, pinned: true);

    private nint _context = ZstdContexts.Take();
    private bool _isInFrame;
    private GCHandle _room;
    private int _end;
    private GCHandle _former;
    private int _formerEnd;

    /// <inheritdoc/>
    public override int LeastRoom => BlockBytes;

    /// <inheritdoc/>
    public override int Reach => MostReach;

    /// <summary>True if the frame that comes next goes back no further than what is done here.</summary>
    public static async ValueTask<bool> FitsAsync(StoredBytes source)
    {
        await source.EnsureAsync(ZstdFrame.MaxHeaderBytes);
        return ZstdFrame.WindowOf(source.Unread.Span) <= MostReach;
    }

    /// <inheritdoc/>
    public override async ValueTask<int?> ContinueAsync(Memory<byte> target, int given)
    {
        Follow(target, given);
        while (await HasNextAsync())
        {
            var count = Decode(target.Length - given);
            if (count is not 0)
            {
                return count;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TryEndAsync()
    {
        while (await HasNextAsync())
        {
            if (Decode(room: 0) is not 0)
            {
                return false;
            }
        }

        return !_isInFrame && source.IsLast && source.Unread.IsEmpty;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        ZstdContexts.Return(_context);
        _context = 0;
        Unpin(ref _room);
        Unpin(ref _former);
        base.Dispose();
    }

    /// <summary>
    /// Goes to the room that comes next, or to a larger one: the bytes given that it begins with are the last of those in the
    /// room before, or all of them.
    /// </summary>
    private void Follow(Memory<byte> target, int given)
    {
        MemoryMarshal.TryGetArray(target, out ArraySegment<byte> room);
        if (_room.IsAllocated && ReferenceEquals(_room.Target, room.Array))
        {
            return;
        }

        if (given < _end)
        {
            Unpin(ref _former);
            (_former, _formerEnd) = (_room, _end - given);
        }
        else
        {
            Unpin(ref _room);
        }

        (_room, _end) = (GCHandle.Alloc(room.Array, GCHandleType.Pinned), given);
        TellRooms();
    }

    /// <summary>The library knows two stretches of memory: the one that it writes to, and the one before.</summary>
    private unsafe void TellRooms()
    {
        if (!_isInFrame)
        {
            return;
        }

        var former = _former.IsAllocated ? _former.AddrOfPinnedObject() : Marshal.UnsafeAddrOfPinnedArrayElement(None, 0);
        _ = Libzstd.InsertBlock(_context, (byte*)former, (nuint)(_former.IsAllocated ? _formerEnd : None.Length));

        // Told of a stretch of no bytes, the library would take it for a part of the one before.
        if (_end > 0)
        {
            _ = Libzstd.InsertBlock(_context, (byte*)_room.AddrOfPinnedObject(), (nuint)_end);
        }
    }

    /// <summary>Makes sure that what is decoded next is here: a header, a block, or the sum behind them.</summary>
    /// <returns>False at the end of the source, and where it cannot go on here.</returns>
    private async ValueTask<bool> HasNextAsync()
    {
        _isInFrame = _isInFrame && Libzstd.BytesOfNext(_context) > 0;
        if (!_isInFrame)
        {
            _isInFrame = _context != 0 && await FitsAsync(source) && Libzstd.IsError(Libzstd.BeginFrame(_context)) == 0;
        }

        return _isInFrame && await source.EnsureAsync((int)Libzstd.BytesOfNext(_context));
    }

    /// <returns>Bytes given; null if it cannot be done here.</returns>
    private unsafe int? Decode(int room)
    {
        var length = Libzstd.BytesOfNext(_context);
        fixed (byte* from = source.Unread.Span)
        {
            var to = (byte*)_room.AddrOfPinnedObject() + _end;
            var given = Libzstd.DecompressNext(_context, to, (nuint)room, from, length);
            if (Libzstd.IsError(given) != 0)
            {
                return null;
            }

            source.Advance((int)length);
            _end += (int)given;
            return (int)given;
        }
    }

    private static void Unpin(ref GCHandle handle)
    {
        if (handle.IsAllocated)
        {
            handle.Free();
        }

        handle = default;
    }
}
