using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>Computes linear layers in integers: rounds the rows, once for all parts that read the same, and multiplies.</summary>
internal sealed class IntegerLayers : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly IntegerKernels _kernels;
    private readonly IntegerScratch _scratch;
    private readonly IntegerProduct _product;
    private readonly Int8Rows _rows;

    /// <summary>Allocates what the layers need.</summary>
    /// <param name="pool">Computes.</param>
    /// <param name="kernels">Multiply; disposed with the layers.</param>
    /// <param name="rowCount">Most rows of a step.</param>
    /// <param name="layers">All layers that will be computed; at least one.</param>
    public IntegerLayers(WorkerPool pool, IntegerKernels kernels, int rowCount, IReadOnlyList<PackedMatrix> layers)
    {
        _pool = pool;
        _kernels = kernels;
        _scratch = new IntegerScratch(pool.WorkerCount);
        _product = new IntegerProduct(_kernels, _scratch);
        _rows = new Int8Rows(rowCount, layers.Max(l => l.Depth), pool.WorkerCount);
    }

    /// <summary>c = a Wᵀ, or c += a Wᵀ.</summary>
    /// <param name="weights">W.</param>
    /// <param name="a">Input. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    public void Multiply(PackedMatrix weights, Matrix a, Matrix c, int rowCount, bool adds)
    {
        foreach (var (panels, factors) in weights.Inputs)
        {
            _pool.Run(_rows.Of(a, rowCount, weights.Depth, factors, _product.Form(weights, rowCount)));
            _pool.Run(_product.Of(weights, panels, _rows, c, rowCount, adds));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scratch.Dispose();
        _rows.Dispose();
        _kernels.Dispose();
    }
}
