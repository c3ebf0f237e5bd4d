using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>Computes linear layers in the numerics that their weights were packed for. All buffers are made once.</summary>
internal sealed class LinearLayers : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly RowRounder _rounder = new();
    private readonly FloatKernels _kernels;
    private readonly MatrixProduct _product;
    private readonly SwiGlu _swiGlu = new();
    private readonly IntegerLayers? _integers;

    /// <summary>Allocates what the layers need.</summary>
    /// <param name="pool">Computes.</param>
    /// <param name="rowCount">Most rows of a step.</param>
    /// <param name="layers">All layers that will be computed; their panels have one width.</param>
    /// <param name="instructions">What kernels may be made of; null for all that the machine has.</param>
    /// <exception cref="BatchLLMException">The machine lacks the instructions.</exception>
    public LinearLayers(WorkerPool pool, int rowCount, IReadOnlyCollection<PackedMatrix> layers, InstructionSet? instructions = null)
    {
        _pool = pool;
        var set = InstructionSets.Choose(instructions);
        _kernels = new FloatKernels(set, layers.First().Width);
        _product = new MatrixProduct(_kernels, pool.WorkerCount);
        var integers = layers.Where(l => l.Rounding.Kind == InputRoundingKind.Int8PerRow).ToList();
        if (integers.Count > 0)
        {
            _integers = new IntegerLayers(pool, new IntegerKernels(set, integers[0].Width), rowCount, integers);
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
        if (weights.Rounding.Kind == InputRoundingKind.Int8PerRow)
        {
            _integers!.Multiply(weights, a, c, rowCount, adds);
            return;
        }

        Round(weights, a, rowCount);
        _pool.Run(_product.Of(weights, a, c, rowCount, adds ? ProductEnd.Add : ProductEnd.Set));
    }

    /// <summary>c = silu(a gateᵀ) (a upᵀ).</summary>
    /// <param name="weights">Gate and up, two parts of one size.</param>
    /// <param name="a">Input, rounded in place where the numerics say so. // [rowCount, weights.Depth]</param>
    /// <param name="c">Its first half receives the result; integers leave up in the second. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    public void MultiplyGated(PackedMatrix weights, Matrix a, Matrix c, int rowCount)
    {
        if (weights.Rounding.Kind == InputRoundingKind.Int8PerRow)
        {
            Multiply(weights, a, c, rowCount);
            _pool.Run(_swiGlu.Of(c, rowCount, weights.PartColumns[0]));
            return;
        }

        Round(weights, a, rowCount);
        _pool.Run(_product.Of(weights, a, c, rowCount, ProductEnd.Gate));
    }

    private void Round(PackedMatrix weights, Matrix a, int rowCount)
    {
        if (weights.Rounding.Kind != InputRoundingKind.None)
        {
            _pool.Run(_rounder.Of(a, rowCount, weights.Depth, weights.Rounding));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _product.Dispose();
        _kernels.Dispose();
        _integers?.Dispose();
    }
}
