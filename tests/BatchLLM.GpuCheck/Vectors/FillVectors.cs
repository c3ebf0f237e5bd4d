using System.Runtime.InteropServices;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Made-up weights.</summary>
internal static class FillVectors
{
    private const ulong Seed = 3;

    /// <summary>Elements of one size, as the CPU's model has them.</summary>
    /// <param name="bytes">1, 2 or 4.</param>
    /// <param name="count">How many.</param>
    public static KernelVector Of(int bytes, int count) => new($"{count} random weights of {bytes} bytes", device => bytes switch
    {
        1 => Run(device, count, Array.ConvertAll(NormalTable.Values, value => (sbyte)(value * 20))),
        2 => Run(device, count, Array.ConvertAll(NormalTable.Values, value => (Half)value)),
        _ => Run(device, count, NormalTable.Values),
    });

    private static VectorResult Run<T>(IDevice device, int count, T[] table)
        where T : unmanaged
    {
        var elements = new RandomElements<T>(RandomKey.Of(Seed, "a tensor"), table);
        var expected = new T[count];
        elements.Fill(0, expected);
        using var output = device.Allocate((long)count * Marshal.SizeOf<T>());
        using (var fill = new RandomFill(device, elements.Draws!))
        {
            fill.Run(count, output.Address);
        }

        return VectorResult.Of(expected, device.Read<T>(output));
    }
}
