using System.Numerics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>y = x wT of BF16 inputs and weights of four bits, which stay so in memory.</summary>
/// <param name="device">Where.</param>
/// <param name="shape">The layer.</param>
internal sealed class W4Product(IDevice device, W4Shape shape)
{
    private readonly Dictionary<int, IKernel> _kernels =
        new[] { 16, 64, 128 }.ToDictionary(rows => rows, rows => device.Kernel(shape.Source, shape.Kernel(rows)));

    /// <summary>Queues it. A row's bits are the same whatever the number of rows.</summary>
    /// <param name="arguments">Where all stands, and the number of rows; what follows from the layer's shape is filled in.</param>
    public void Launch(in W4ProductArguments arguments) =>
        Launch(W4Plan.Of(shape, arguments.Rows, device.Properties.MultiprocessorCount), arguments);

    /// <summary>Queues it as planned.</summary>
    public void Launch(W4Plan plan, in W4ProductArguments arguments) => device.Launch(_kernels[plan.BlockRows], plan.Launch, arguments with
    {
        Columns = shape.Columns,
        Depth = shape.Depth,
        Slices = shape.Slices,
        GroupShift = BitOperations.Log2((uint)shape.GroupInputs),
    });
}
