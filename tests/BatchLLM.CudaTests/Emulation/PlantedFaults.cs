using BatchLLM.Cuda.Devices;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Launches that the sanitizers must end; run by <see cref="SanitizerTests"/> in a process of their own.</summary>
public sealed class PlantedFaults
{
    [Fact(Explicit = true)]
    public void Write_behind_memory() => Launch("write_behind_memory", 32 - 1);

    [Fact(Explicit = true)]
    public void Write_behind_shared_memory() => Launch("write_behind_shared", 1);

    [Fact(Explicit = true)]
    public void Shift_too_far() => Launch("shift_too_far", 40);

    private static void Launch(string kernel, int count)
    {
        using var device = new EmulatedDevice();
        using var memory = device.Allocate((32 - 1) * sizeof(float));
        device.Launch(
            device.Kernel("planted", kernel), new LaunchShape(1, 1, 1, 32),
            new PlantedArguments { Y = memory.Address, Count = count });
    }
}
