using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>How fast all threads together read memory that no cache holds.</summary>
internal sealed unsafe class ReadBandwidth : IWorkItems, IDisposable
{
    private const long TotalBytes = 256L << 20;
    private const int PieceBytes = 1 << 20;

    private readonly AlignedBuffer<byte> _memory = new(TotalBytes);

    public ReadBandwidth() => new Span<byte>(_memory.Pointer, (int)TotalBytes).Fill(1);

    public int Count => (int)(TotalBytes / PieceBytes);

    /// <summary>Bytes that a run reads.</summary>
    public static long Bytes => TotalBytes;

    /// <summary>Keeps the reads from being optimized away.</summary>
    public byte Sink { get; private set; }

    public void Run(int item, int worker)
    {
        var from = _memory.Pointer + (long)item * PieceBytes;
        Vector256<byte> a = default, b = default, c = default, d = default;
        for (var i = 0; i < PieceBytes; i += 128)
        {
            a |= Vector256.Load(from + i);
            b |= Vector256.Load(from + i + 32);
            c |= Vector256.Load(from + i + 64);
            d |= Vector256.Load(from + i + 96);
        }

        Sink |= (a | b | c | d)[3];
    }

    public void Dispose() => _memory.Dispose();
}
