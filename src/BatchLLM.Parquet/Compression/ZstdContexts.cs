using System.Collections.Concurrent;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// What pages are decompressed with, used again from page to page: to make one takes as much as to decompress some kilobytes,
/// and what one thread gives back to the system's allocator is not what another takes.
/// </summary>
internal static class ZstdContexts
{
    /// <summary>As many as pages are decompressed side by side, but for rare cases.</summary>
    private const int MostSpare = 4;

    /// <summary>One that has decoded a stream keeps the stream's window, which may be 128 MiB.</summary>
    private const int MostBytes = 16 << 20;

    private const int SessionOnly = 1;

    private static readonly ConcurrentBag<nint> Spare = [];

    /// <summary>One that is in no session; 0 for want of memory.</summary>
    public static nint Take() => Spare.TryTake(out var spare) ? spare : Libzstd.CreateContext();

    /// <summary>Takes one back, in whatever state; or 0.</summary>
    public static void Return(nint context)
    {
        if (context != 0 && Spare.Count < MostSpare && Libzstd.SizeOfContext(context) <= MostBytes
            && Libzstd.IsError(Libzstd.ResetContext(context, SessionOnly)) == 0)
        {
            Spare.Add(context);
        }
        else
        {
            _ = Libzstd.FreeContext(context);
        }
    }
}
