using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>Computes linear layers in the numerics that their weights were packed for. All buffers are made once.</summary>
/// <remarks>
/// With AVX-512 BF16 or AMX, weights that are exact in BF16 are multiplied as pairs of BF16 with sums in float32: input that the
/// numerics have rounded to E4M3 or E2M1 stays exact, other input is rounded to BF16, ties to even. Elsewhere input stays float32.
/// </remarks>
internal sealed unsafe class LinearLayers : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly RowRounder _rounder = new();
    private readonly ProductKernels _kernels;
    private readonly ProductScratch[] _scratch; // [workers]
    private readonly MatrixProduct _product;
    private readonly ProductKernels? _pairKernels;
    private readonly MatrixProduct? _pairProduct;
    private readonly BrainFloatRows? _pairs;
    private readonly SwiGlu _swiGlu = new();
    private readonly IntegerLayers? _integers;

    /// <summary>Allocates what the layers need.</summary>
    /// <param name="pool">Computes.</param>
    /// <param name="rowCount">Most rows of a step.</param>
    /// <param name="layers">All layers that will be computed; their panels have one width.</param>
    /// <param name="instructions">What kernels may be made of, which the machine has; null for all of it.</param>
    public LinearLayers(
        WorkerPool pool, int rowCount, IReadOnlyCollection<PackedMatrix> layers, InstructionSet? instructions = null)
    {
        _pool = pool;
        var (set, width) = (instructions ?? InstructionSets.Found, layers.First().Width);
        _kernels = new ProductKernels(set, width, takesPairs: false);
        _scratch = ProductScratch.ForWorkers(pool.WorkerCount);
        _product = new MatrixProduct(_kernels, _scratch);
        if (set.Includes(InstructionSet.Avx512Bf16) && layers.Any(l => l.IsExactInBrainFloat))
        {
            _pairKernels = new ProductKernels(set, width, takesPairs: true);
            _pairProduct = new MatrixProduct(_pairKernels, _scratch);
            _pairs = new BrainFloatRows(rowCount, layers.Where(l => l.IsExactInBrainFloat).Max(l => l.Depth));
        }

        var integers = layers.Where(l => l.Rounding.Kind == InputRoundingKind.Int8PerRow).ToList();
        if (integers.Count > 0)
        {
            _integers = new IntegerLayers(pool, new IntegerKernels(set, width), rowCount, integers);
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

        Multiply(weights, a, c, rowCount, adds ? ProductEnd.Add : ProductEnd.Set);
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

        Multiply(weights, a, c, rowCount, ProductEnd.Gate);
    }

    private void Multiply(PackedMatrix weights, Matrix a, Matrix c, int rowCount, ProductEnd end)
    {
        if (_pairs is not null && weights.IsExactInBrainFloat)
        {
            _pool.Run(_pairs.Of(a, rowCount, weights.Depth, weights.Rounding));
            _pool.Run(_pairProduct!.Of(weights, _pairs.Input, c, rowCount, end));
            return;
        }

        if (weights.Rounding.Kind != InputRoundingKind.None)
        {
            _pool.Run(_rounder.Of(a, rowCount, weights.Depth, weights.Rounding));
        }

        _pool.Run(_product.Of(weights, new ProductInput(a, null), c, rowCount, end));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_scratch, s => s.Dispose());
        _kernels.Dispose();
        _pairKernels?.Dispose();
        _pairs?.Dispose();
        _integers?.Dispose();
    }
}
