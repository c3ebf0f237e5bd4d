using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Attention on the emulator.</summary>
internal static class EmulatedAttention
{
    /// <summary>Runs a scene.</summary>
    /// <param name="scene">The step.</param>
    /// <param name="form">Of the results.</param>
    /// <param name="partialCapacity">0 sends every row through the chunk kernel.</param>
    /// <param name="seed">Of the emulator's order.</param>
    /// <param name="resultScale">Of E4M3 under one scale.</param>
    public static AttentionRun Run(
        AttentionScene scene, InputForm form = InputForm.BFloat16, int partialCapacity = AttentionRun.MuchRoom, ulong seed = 0,
        float resultScale = 1)
    {
        using var device = new EmulatedDevice(seed);
        return new AttentionRun(device, scene, form, partialCapacity, resultScale);
    }
}
