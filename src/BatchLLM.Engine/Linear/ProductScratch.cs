using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>One thread's memory: a decoded run of a panel, and the sums of a piece.</summary>
internal sealed unsafe class ProductScratch : IDisposable
{
    /// <summary>Floats of a decoded run: half of a 32 KiB first-level cache with narrow panels, two thirds of 48 KiB with wide ones.</summary>
    private const int NarrowDepth = 256;
    private const int WideDepth = 128;

    private readonly AlignedBuffer<float> _run = new(2 * WideDepth * PanelKernel.WideWidth);
    private readonly AlignedBuffer<float> _sums = new(ProductPlan.MaxChunkRows * 2 * ProductPlan.MaxGroupColumns);

    /// <summary>A decoded run, and room for twice of it while two k are put side by side. // [Depth(width), width]</summary>
    public float* Run => _run.Pointer;

    /// <summary>Sums; with gate and up, the gate's columns and then up's. // [rows, columns]</summary>
    public float* Sums => _sums.Pointer;

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
