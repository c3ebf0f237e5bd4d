using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Multiplies a product's inputs by factors, in place.</summary>
/// <param name="device">Where.</param>
internal sealed class W4Factors(IDevice device)
{
    private const int Threads = 256;
    private const int PieceInputs = 8;

    private readonly IKernel _kernel = device.Kernel("w4_factors", "w4_factors");

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in W4FactorsArguments arguments) => device.Launch(
        _kernel, new LaunchShape(rows, (arguments.Depth / PieceInputs + Threads - 1) / Threads, 1, Threads), arguments);
}
