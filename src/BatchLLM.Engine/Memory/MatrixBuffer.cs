namespace BatchLLM.Engine.Memory;

/// <summary>A row-major float matrix that is allocated once and reused in every step.</summary>
internal sealed unsafe class MatrixBuffer : IDisposable
{
    // Rows a power of two apart fall into the same few cache sets; one more cache line spreads them.
    private const int Spread = 16;

    private readonly AlignedBuffer<float> _memory;

    /// <summary>Allocates zeroed rows.</summary>
    /// <param name="rowCount">Rows.</param>
    /// <param name="width">Elements that a row must hold, padding of the matrices that write it included.</param>
    public MatrixBuffer(int rowCount, int width)
    {
        var stride = (width + 15) / 16 * 16 + Spread;
        _memory = new AlignedBuffer<float>((long)rowCount * stride);
        Rows = new Matrix(_memory.Pointer, stride);
    }

    /// <summary>The matrix.</summary>
    public Matrix Rows { get; }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
