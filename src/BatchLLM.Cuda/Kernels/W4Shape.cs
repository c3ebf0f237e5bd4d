using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Cuda.Kernels;

/// <summary>How a linear layer of 4-bit weights lies on a device, and in how many slices its sums are added up (kernels/w4.h).</summary>
/// <param name="Format">NVFP4 or INT4.</param>
/// <param name="Columns">Outputs, a multiple of 8.</param>
/// <param name="Depth">Inputs, a multiple of 8.</param>
/// <param name="GroupInputs">Inputs that share a scale: 16 for NVFP4, a power of two from 16 for INT4.</param>
internal sealed record W4Shape(WeightFormat Format, int Columns, int Depth, int GroupInputs)
{
    /// <summary>Inputs of a tile.</summary>
    public const int TileDepth = 64;

    /// <summary>Outputs of a warp, which lie together.</summary>
    public const int WarpOutputs = 32;

    /// <summary>Bytes of a warp's codes of a tile.</summary>
    public const int TileCodeBytes = WarpOutputs * TileDepth / 2;

    // Float32 scales of a warp's outputs, then their zero points.
    private const int Int4GroupBytes = WarpOutputs * (sizeof(float) + 1);
    private const int Nvfp4TileBytes = WarpOutputs * TileDepth / 16;

    // Sixteen warps for each of an H200's multiprocessors hide each other's waiting. It is no question to the device, since bits
    // depend on the number of slices; more of them, or shorter ones, would spend their time on beginning and on adding up.
    private const int WantedWarps = 2_048;
    private const int MostSlices = 8;
    private const int LeastSliceTiles = 8;

    /// <summary>Tiles along the inputs, filled up to whole pairs.</summary>
    public int Tiles => (Depth + 2 * TileDepth - 1) / (2 * TileDepth) * 2;

    /// <summary>Warps side by side, the last one filled up.</summary>
    public int OutputGroups => (Columns + WarpOutputs - 1) / WarpOutputs;

    /// <summary>Slices that a row's sums are cut into.</summary>
    public int Slices => Math.Clamp(
        (WantedWarps + OutputGroups / 2) / OutputGroups, 1, Math.Clamp(Tiles / LeastSliceTiles, 1, MostSlices));

    /// <summary>Groups of inputs that have scales, those that fill up included.</summary>
    public int InputGroups => (Tiles * TileDepth + GroupInputs - 1) / GroupInputs;

    /// <summary>Bytes of all codes.</summary>
    public long CodeBytes => (long)OutputGroups * Tiles * TileCodeBytes;

    /// <summary>Bytes of the scales of a warp's outputs.</summary>
    public int ScaleBytes => Format == WeightFormat.Nvfp4 ? Tiles * Nvfp4TileBytes : InputGroups * Int4GroupBytes;

    /// <summary>Bytes of a warp's scales that a tile needs in shared memory.</summary>
    public int TileScaleBytes => Format == WeightFormat.Nvfp4 ? Nvfp4TileBytes : TileDepth / UnitInputs * Int4GroupBytes;

    /// <summary>What the product is multiplied by to be what the weights stand for, besides the layer's own scales.</summary>
    public float Factor => Format == WeightFormat.Nvfp4 ? 1 << 10 : 1;

    /// <summary>File below kernels/, without its extension.</summary>
    public string Source => Format == WeightFormat.Nvfp4 ? "w4_nvfp4" : "w4_int4";

    /// <summary>Name of the kernel for blocks of so many rows.</summary>
    public string Kernel(int blockRows) =>
        Format == WeightFormat.Nvfp4 ? $"{Source}_rows_{blockRows}" : $"{Source}_{UnitInputs}_rows_{blockRows}";

    private int UnitInputs => Math.Min(GroupInputs, TileDepth);
}
