using BatchLLM.Cuda.Devices;
using BatchLLM.Engine.Reference;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Random rows as products leave them.</summary>
internal static class TestRows
{
    /// <summary>Values around zero, with now and then a large one.</summary>
    public static float[] Values(Random random, int count, float size = 1) =>
        [.. Enumerable.Range(0, count).Select(i =>
            (float)(random.NextDouble() * 2 - 1) * size * (random.Next(50) == 0 ? 20 : 1))];

    /// <summary>Scales between a half and one and a half.</summary>
    public static float[] Scales(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => 0.5f + (float)random.NextDouble())];

    /// <summary>A product's output: values that its type holds exactly, and the type's bits on the device.</summary>
    public static (float[] Values, DeviceMemory Memory) Product(IDevice device, Random random, ElementType type, int count)
    {
        if (type == ElementType.Int32)
        {
            var integers = Enumerable.Range(0, count).Select(_ => random.Next(-2_000_000_000, 2_000_000_000)).ToArray();
            return (Array.ConvertAll(integers, v => (float)v), device.Store(integers));
        }

        var values = Array.ConvertAll(Values(random, count), ReferenceRounding.BFloat16);
        return (values, device.Store(Array.ConvertAll(values, Bits)));
    }

    /// <summary>The upper half of a float32.</summary>
    public static ushort Bits(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    /// <summary>What the upper half of a float32 stands for.</summary>
    public static float Value(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
