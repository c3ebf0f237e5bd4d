using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Layers;

/// <summary>w x / sqrt(mean(x²) + epsilon) of each row (Zhang and Sennrich 2019, arXiv 1910.07467). Reused.</summary>
internal sealed unsafe class RmsNorm(int hiddenSize, float epsilon) : IWorkItems
{
    private const int RowChunk = 16;

    private float* _weight;
    private Matrix _input;
    private Matrix _output;
    private int _rowCount;

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Sets the next rows.</summary>
    /// <param name="weight">w, filled with zeros to a multiple of 8. // [hidden]</param>
    /// <param name="input">x; zeros fill its rows to a multiple of 8. // [rowCount, hidden]</param>
    /// <param name="output">Receives the result. // [rowCount, hidden]</param>
    /// <param name="rowCount">Rows.</param>
    public RmsNorm Of(float* weight, Matrix input, Matrix output, int rowCount)
    {
        _weight = weight;
        (_input, _output, _rowCount) = (input, output, rowCount);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Normalize(_input[row], _output[row]);
        }
    }

    private void Normalize(float* x, float* y)
    {
        var squares = Vector256<float>.Zero;
        for (var i = 0; i < hiddenSize; i += 8)
        {
            var v = Vector256.Load(x + i);
            squares = Vector256.FusedMultiplyAdd(v, v, squares);
        }

        var scale = Vector256.Create(1 / MathF.Sqrt(Lanes.Sum(squares) / hiddenSize + epsilon));
        for (var i = 0; i < hiddenSize; i += 8)
        {
            (Vector256.Load(x + i) * scale * Vector256.Load(_weight + i)).Store(y + i);
        }
    }
}
