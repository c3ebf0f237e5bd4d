using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>A kernel that g++ has compiled.</summary>
/// <param name="Name">Name in its source.</param>
/// <param name="Handle">As the library knows it.</param>
internal sealed record EmulatedKernel(string Name, nint Handle) : IKernel;
