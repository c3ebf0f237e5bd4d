using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>One thread's memory: a decoded run of a panel, and the sums of a piece.</summary>
internal sealed unsafe class ProductScratch : IDisposable
{
    // A decoded run fills half of a 32 KiB first-level cache with narrow panels, and two thirds of 48 KiB with wide ones.
    private const int NarrowDepth = 256;
    private const int WideDepth = 128;

    private readonly AlignedBuffer<float> _run = new(2 * WideDepth * PanelKernel.WideWidth);
    private readonly AlignedBuffer<float> _sums = new(ProductPlan.MaxChunkRows * 2 * ProductPlan.MaxGroupColumns);

    /// <summary>A decoded run, and room for twice of it while two k are put side by side. // [Depth(width), width]</summary>
    public float* Run => _run.Pointer;

    /// <summary>Sums; with gate and up, the gate's columns and then up's. // [rows, columns]</summary>
    public float* Sums => _sums.Pointer;

    /// <summary>Memory for several threads.</summary>
    /// <param name="workers">Threads.</param>
    public static ProductScratch[] ForWorkers(int workers) => [.. Enumerable.Range(0, workers).Select(_ => new ProductScratch())];

    /// <summary>Units of a run.</summary>
    /// <param name="width">Columns of a panel.</param>
    public static int Depth(int width) => width == PanelKernel.WideWidth ? WideDepth : NarrowDepth;

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _sums.Dispose();
    }
}
