using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Layers;

/// <summary>silu(gate) up, element by element, over the gate (Shazeer 2020, arXiv 2002.05202). Reused.</summary>
internal sealed unsafe class SwiGlu(int width) : IWorkItems
{
    private const int RowChunk = 8;

    private Matrix _gateUp;
    private int _rowCount;

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Sets the next rows.</summary>
    /// <param name="gateUp">Gate, then up; the gate receives the result. // [rowCount, 2 width]</param>
    /// <param name="rowCount">Rows.</param>
    public SwiGlu Of(Matrix gateUp, int rowCount)
    {
        (_gateUp, _rowCount) = (gateUp, rowCount);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Combine(_gateUp[row], _gateUp[row] + width);
        }
    }

    private void Combine(float* gate, float* up)
    {
        for (var i = 0; i < width; i += 8)
        {
            var g = Vector256.Load(gate + i);
            var silu = g / (Vector256<float>.One + Exponential.Of(-g));
            (silu * Vector256.Load(up + i)).Store(gate + i);
        }
    }
}
