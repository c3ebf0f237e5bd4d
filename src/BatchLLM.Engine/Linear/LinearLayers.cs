using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>Computes linear layers in the numerics that their weights were packed for. All buffers are made once.</summary>
internal sealed class LinearLayers : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly RowRounder _rounder = new();
    private readonly MatrixProduct _product = new();
    private readonly IntegerLayers? _integers;

    /// <summary>Allocates what the layers need.</summary>
    /// <param name="pool">Computes.</param>
    /// <param name="rowCount">Most rows of a step.</param>
    /// <param name="layers">All layers that will be computed.</param>
    public LinearLayers(WorkerPool pool, int rowCount, IEnumerable<PackedMatrix> layers)
    {
        _pool = pool;
        var integers = layers.Where(l => l.Rounding.Kind == InputRoundingKind.Int8PerRow).ToList();
        if (integers.Count > 0)
        {
            var kernels = new IntegerKernels(InstructionSets.Found, integers[0].Width);
            _integers = new IntegerLayers(pool, kernels, rowCount, integers);
        }
    }

    /// <summary>c = a Wᵀ, or c += a Wᵀ.</summary>
    /// <param name="weights">W.</param>
    /// <param name="a">Input, rounded in place where the numerics say so. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    public void Multiply(PackedMatrix weights, Matrix a, Matrix c, int rowCount, bool adds = false)
    {
        switch (weights.Rounding.Kind)
        {
            case InputRoundingKind.Int8PerRow:
                _integers!.Multiply(weights, a, c, rowCount, adds);
                return;
            case not InputRoundingKind.None:
                _pool.Run(_rounder.Of(a, rowCount, weights.Depth, weights.Rounding));
                break;
        }

        _pool.Run(_product.Of(weights, a, c, rowCount, adds));
    }

    /// <inheritdoc/>
    public void Dispose() => _integers?.Dispose();
}
