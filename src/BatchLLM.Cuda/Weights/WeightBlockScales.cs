using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>The scales of stacked NVFP4 layers' blocks, in the tiles that block-scaled products read.</summary>
internal static class WeightBlockScales
{
    /// <summary>Copies them. Rows and blocks that fill the last tiles up get 0.</summary>
    /// <param name="device">Where.</param>
    /// <param name="parts">The layers, each [columns, depth] with the same depth.</param>
    /// <param name="columns">Rows of the stacked matrix.</param>
    public static DeviceMemory Store(IDevice device, LinearWeight[] parts, int columns)
    {
        var depth = parts[0].InputCount;
        var tiles = new byte[BlockScaleTiles.ByteCount(columns, depth)];
        var first = 0;
        foreach (var part in parts)
        {
            var start = first;
            Parallel.For(0, part.OutputCount, row => Fill(tiles, start + row, part, row));
            first += part.OutputCount;
        }

        return device.AllocateWith<byte>(tiles);
    }

    // They were E4M3 in the checkpoint, and are so again.
    private static void Fill(byte[] tiles, int row, LinearWeight part, int partRow)
    {
        var scales = new float[part.BlockCount];
        part.ReadScales(partRow, scales);
        for (var block = 0; block < scales.Length; block++)
        {
            tiles[BlockScaleTiles.Offset(row, block, part.InputCount)] = E4M3.Encode(scales[block]);
        }
    }
}
