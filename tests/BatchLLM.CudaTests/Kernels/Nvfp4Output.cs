using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Linear;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Rows that a kernel has written in NVFP4, to be held bit by bit against the CPU's rounding.</summary>
internal sealed class Nvfp4Output : IDisposable
{
    // What no kernel writes by chance: an E4M3 code that is a number, so that it does not stand out as NaN would.
    private const byte Untouched = 0x55;

    private readonly EmulatedDevice _device;
    private readonly DeviceMemory _codes;
    private readonly DeviceMemory _scales;

    /// <summary>Allocates.</summary>
    public Nvfp4Output(EmulatedDevice device, int rows, int width)
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

    /// <summary>What was read is what the CPU's engine rounds the rows to, and nothing else was written.</summary>
    /// <param name="rows">What the kernel has rounded. // [rows] of [width]</param>
    /// <param name="read">Of <see cref="Read"/>.</param>
    /// <param name="scale">Of all.</param>
    public static void AssertRounded(float[][] rows, byte[] read, float scale)
    {
        var width = rows[0].Length;
        var (codes, tiles) = (read[..(rows.Length * width / 2)], read[(rows.Length * width / 2)..]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var block = 0; block < width / 16; block++)
            {
                var offset = BlockScaleTiles.Offset(row, block, width);
                AssertBlock(rows[row][(block * 16)..(block * 16 + 16)], codes.AsSpan((row * width / 16 + block) * 8, 8), tiles[offset], scale);
                tiles[offset] = Untouched;
            }

            for (var block = width / 16; block % 4 != 0; block++)
            {
                var offset = BlockScaleTiles.Offset(row, block, width);
                Assert.Equal(0, tiles[offset]);
                tiles[offset] = Untouched;
            }
        }

        Assert.All(tiles, value => Assert.Equal(Untouched, value));
    }

    // Values and scale make the codes, but for the sign of zeros, which changes no product.
    private static void AssertBlock(float[] block, ReadOnlySpan<byte> codes, byte scaleCode, float scale)
    {
        var largest = block.Max(MathF.Abs);
        Assert.Equal(E4M3.Encode(1 / scale * (largest * (1f / 6))), scaleCode);
        var expected = (float[])block.Clone();
        RowRounder.RoundBlockUnscaled(expected, scale);
        for (var i = 0; i < block.Length; i++)
        {
            var code = codes[i / 2] >> i % 2 * 4;
            Assert.Equal(expected[i], E2M1.Decode(code) * E4M3.Decode(scaleCode));
            Assert.True(scaleCode != 0 || (code & 7) == 0);
        }
    }

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
