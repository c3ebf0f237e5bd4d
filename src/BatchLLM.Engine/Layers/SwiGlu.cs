using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Layers;

/// <summary>silu(gate) up, element by element, over the gate (Shazeer 2020, arXiv 2002.05202). Reused.</summary>
internal sealed unsafe class SwiGlu : IWorkItems
{
    private const int RowChunk = 8;

    private Matrix _gateUp;
    private int _rowCount;
    private int _width;

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Sets the next rows.</summary>
    /// <param name="gateUp">Gate, then up; the gate receives the result. // [rowCount, 2 width]</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="width">Elements of the gate, a multiple of 8.</param>
    public SwiGlu Of(Matrix gateUp, int rowCount, int width)
    {
        (_gateUp, _rowCount, _width) = (gateUp, rowCount, width);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Combine(_gateUp[row], _gateUp[row] + _width);
        }
    }

    private void Combine(float* gate, float* up)
    {
        for (var i = 0; i < _width; i += 8)
        {
            Combine(Vector256.Load(gate + i), Vector256.Load(up + i)).Store(gate + i);
        }
    }

    /// <summary>silu(gate) up of eight elements.</summary>
    /// <param name="gate">Gate.</param>
    /// <param name="up">Up.</param>
    public static Vector256<float> Combine(Vector256<float> gate, Vector256<float> up) =>
        gate / (Vector256<float>.One + Vector256.Exp(-gate)) * up;
}
