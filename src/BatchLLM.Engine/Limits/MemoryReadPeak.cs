using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Limits;

/// <summary>
/// How fast all threads together read memory that no cache holds, each its own part from front to back (STREAM, McCalpin 1995,
/// reduced to reading: weights are read and never written).
/// </summary>
internal sealed unsafe class MemoryReadPeak : IWorkItems, IDisposable
{
    /// <summary>Bytes of the buffer: many times the last-level cache of any machine that this is for.</summary>
    public const long BufferBytes = 512L << 20;

    private const int Runs = 12;
    private const int VectorBytes = 32;
    private const int Unroll = 8;

    private readonly AlignedBuffer<byte> _buffer = new(BufferBytes);
    private readonly int _workers;
    private readonly long _bytesPerWorker;

    /// <summary>Allocates and fills the buffer: pages never written to are all the same page of zeros, and in the cache.</summary>
    /// <param name="workers">Threads of the pool that measures.</param>
    public MemoryReadPeak(int workers)
    {
        _workers = workers;
        _bytesPerWorker = BufferBytes / workers / (VectorBytes * Unroll) * (VectorBytes * Unroll);
        new Span<byte>(_buffer.Pointer, (int)BufferBytes).Fill(1);
    }

    /// <inheritdoc/>
    public int Count => _workers;

    /// <summary>Keeps the loads from being optimized away.</summary>
    public long Sink { get; private set; }

    /// <summary>10^9 bytes a second, best of several passes.</summary>
    public double Measure(WorkerPool pool) => _bytesPerWorker * _workers / BestTime.Of(() => pool.Run(this), Runs) / 1e9;

    /// <inheritdoc/>
    public void Run(int item, int worker) => Sink += Sum(_buffer.Pointer + item * _bytesPerWorker, _bytesPerWorker);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum(byte* start, long bytes)
    {
        Vector256<long> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (var p = (long*)start; p < (long*)(start + bytes); p += VectorBytes / sizeof(long) * Unroll)
        {
            a += Vector256.Load(p);
            b += Vector256.Load(p + 4);
            c += Vector256.Load(p + 8);
            d += Vector256.Load(p + 12);
            e += Vector256.Load(p + 16);
            f += Vector256.Load(p + 20);
            g += Vector256.Load(p + 24);
            h += Vector256.Load(p + 28);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h);
    }
}
