using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The innermost product: up to 6 rows times one column panel over a run of k. Each output element is one accumulator
/// that takes its products in ascending k with fused multiply-add, so its bits depend neither on the tile, nor on the
/// other rows, nor on the vector width.
/// </summary>
internal static unsafe class PanelKernel
{
    /// <summary>Rows of a tile: 6 x 2 vectors of 8, or 6 x 4 of 16, fill the register file.</summary>
    public const int TileRows = 6;

    /// <summary>Columns of a panel on machines with 512-bit vectors.</summary>
    public const int WideWidth = 64;

    /// <summary>Columns of a panel elsewhere.</summary>
    public const int NarrowWidth = 16;

    /// <summary>Columns of a panel on this machine.</summary>
    public static int PreferredWidth => Vector512.IsHardwareAccelerated ? WideWidth : NarrowWidth;

    /// <summary>Computes c = a b, or c += a b, of one tile.</summary>
    /// <param name="width">Columns: <see cref="WideWidth"/> or <see cref="NarrowWidth"/>.</param>
    /// <param name="a">Left rows. // [rows, k], aStride apart</param>
    /// <param name="aStride">Elements between rows of <paramref name="a"/>.</param>
    /// <param name="b">The panel's run. // [k, width]</param>
    /// <param name="c">Result rows. // [rows, width], cStride apart</param>
    /// <param name="cStride">Elements between rows of <paramref name="c"/>.</param>
    /// <param name="k">Products per element.</param>
    /// <param name="rows">1 to <see cref="TileRows"/>.</param>
    /// <param name="adds">True to start from what stands in <paramref name="c"/>.</param>
    public static void Multiply(
        int width, float* a, nint aStride, float* b, float* c, nint cStride, int k, int rows, bool adds)
    {
        if (width == WideWidth)
        {
            PanelKernel512.Multiply(a, aStride, b, c, cStride, k, rows, adds);
        }
        else
        {
            PanelKernel256.Multiply(a, aStride, b, c, cStride, k, rows, adds);
        }
    }
}
