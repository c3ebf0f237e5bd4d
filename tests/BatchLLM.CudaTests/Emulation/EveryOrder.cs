using System.Runtime.InteropServices;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Runs kernels in several orders of warps and lanes, whose results must be the same bits.</summary>
internal static class EveryOrder
{
    // Sanitizers look at single accesses, which no order changes, and take their time.
    private static readonly ulong[] Seeds = EmulatorLibrary.IsSanitized ? [1] : [0, 1, 2];

    /// <summary>The result, the same of all orders.</summary>
    /// <param name="work">Launches on a device of its own and returns what it read from it.</param>
    public static T[] Run<T>(Func<EmulatedDevice, T[]> work)
        where T : unmanaged
    {
        T[]? first = null;
        foreach (var seed in Seeds)
        {
            using var device = new EmulatedDevice(seed);
            var result = work(device);
            first ??= result;
            Assert.True(
                MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(result.AsSpan())),
                $"Order {seed} of warps and lanes gives another result: a barrier is missing.");
        }

        return first!;
    }

    /// <summary>Checks that a kernel's vector holds in all orders.</summary>
    public static void Holds(KernelVector vector) => _ = Run(device => Bits(vector, device));

    /// <summary>Checks that a kernel's vector holds in one order, where others are tried elsewhere and its reference takes its time.</summary>
    public static void HoldsInOne(KernelVector vector)
    {
        using var device = new EmulatedDevice();
        _ = Bits(vector, device);
    }

    private static byte[] Bits(KernelVector vector, EmulatedDevice device)
    {
        var result = vector.Run(device);
        Assert.True(result.Fault is null, $"{vector.Name}: {result.Fault}");
        return result.Bits;
    }
}
