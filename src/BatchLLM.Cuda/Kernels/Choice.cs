using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Chooses each row's token from its logits, the same as the CPU engine from the same logits.</summary>
/// <param name="device">Where.</param>
/// <param name="logits">What the product has written: float32, or int32.</param>
internal sealed class Choice(IDevice device, ElementType logits)
{
    private const int BlockLength = 512; // weights that are summed as one, as draw.h says
    private const int LogitsPerThread = 8;

    private readonly IKernel _kernel = device.Kernel("choice", $"choose_{KernelNames.Of(logits)}");

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in ChoiceArguments arguments)
    {
        var totalsBytes = (arguments.Vocabulary + BlockLength - 1) / BlockLength * sizeof(float);
        device.Launch(
            _kernel, RowShape.Of(rows, arguments.Vocabulary / LogitsPerThread + 1, sharedBytes: totalsBytes), arguments);
    }
}
