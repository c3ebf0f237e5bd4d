using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine.Linear;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Rows that a kernel has written in NVFP4, to be held bit by bit against the CPU's rounding.</summary>
internal sealed class Nvfp4Output : IDisposable
{
    // What no kernel writes by chance: an E4M3 code that is a number, so that it does not stand out as NaN would.
    private const byte Untouched = 0x55;

    private readonly IDevice _device;
    private readonly DeviceMemory _codes;
    private readonly DeviceMemory _scales;

    /// <summary>Allocates.</summary>
    public Nvfp4Output(IDevice device, int rows, int width)
    {
        _device = device;
        _codes = device.Allocate((long)rows * width / 2);
        _scales = device.Allocate(BlockScaleTiles.ByteCount(rows, width));
        device.Fill(_scales.Address, Untouched, _scales.ByteCount);
    }

    public ulong Codes => _codes.Address;

    public ulong Scales => _scales.Address;

    /// <summary>Codes, then tiles of scales.</summary>
    public byte[] Read() => [.. _device.Read<byte>(_codes), .. _device.Read<byte>(_scales)];

    /// <summary>What was read, which should be what the CPU's engine rounds the rows to, and nothing else written.</summary>
    /// <param name="rows">What the kernel has rounded. // [rows] of [width]</param>
    /// <param name="scale">Of all.</param>
    public VectorResult Result(float[][] rows, float scale)
    {
        var read = Read();
        return VectorResult.Of(read, FaultOf(rows, read, scale));
    }

    private static string? FaultOf(float[][] rows, byte[] read, float scale)
    {
        var width = rows[0].Length;
        var (codes, tiles) = (read[..(rows.Length * width / 2)], read[(rows.Length * width / 2)..]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var block = 0; block < width / 16 || block % 4 != 0; block++)
            {
                ref var tile = ref tiles[BlockScaleTiles.Offset(row, block, width)];
                var fault = block >= width / 16 ? tile == 0 ? null : $"its scale is {tile}, expected 0 to fill the tile up"
                    : FaultOf(rows[row][(block * 16)..(block * 16 + 16)], codes.AsSpan((row * width / 16 + block) * 8, 8), tile, scale);
                if (fault is not null)
                {
                    return $"row {row}, block {block}: {fault}";
                }

                tile = Untouched;
            }
        }

        return Array.TrueForAll(tiles, value => value == Untouched) ? null : "scales of rows that are not there were written";
    }

    // Values and scale make the codes, but for the sign of zeros, which changes no product.
    private static string? FaultOf(float[] block, ReadOnlySpan<byte> codes, byte scaleCode, float scale)
    {
        var expectedScale = E4M3.Encode(1 / scale * (block.Max(MathF.Abs) * (1f / 6)));
        if (scaleCode != expectedScale)
        {
            return $"scale {scaleCode}, expected {expectedScale}";
        }

        var expected = (float[])block.Clone();
        RowRounder.RoundBlockUnscaled(expected, scale);
        for (var i = 0; i < block.Length; i++)
        {
            var value = E2M1.Decode(codes[i / 2] >> i % 2 * 4) * E4M3.Decode(scaleCode);
            if (!value.Equals(expected[i]) && value != expected[i])
            {
                return $"element {i} is {value}, expected {expected[i]}";
            }
        }

        return null;
    }

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
