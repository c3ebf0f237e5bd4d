using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Draws made-up weights on a device, the same bits as the CPU: 70 GB would take minutes to draw and to copy.</summary>
internal sealed class RandomFill : IDisposable
{
    private const int Threads = 256;
    private const int ElementsPerThread = 16;

    // Some blocks for each multiprocessor of any GPU; a thread goes on with the next elements that nobody has.
    private const int MostBlocks = 4_096;

    private readonly IDevice _device;
    private readonly RandomDraws _draws;
    private readonly IKernel _kernel;
    private readonly DeviceMemory _table;

    /// <summary>Finds the kernel and copies the table.</summary>
    public RandomFill(IDevice device, RandomDraws draws)
    {
        (_device, _draws) = (device, draws);
        _kernel = device.Kernel("fill", string.Create(CultureInfo.InvariantCulture, $"fill_{draws.ElementBytes}"));
        _table = device.AllocateWith(draws.Table.Span);
    }

    /// <summary>Draws a tensor's elements, from its first.</summary>
    /// <param name="count">How many.</param>
    /// <param name="address">Receives them; a multiple of 16.</param>
    public void Run(long count, ulong address)
    {
        var blocks = (int)Math.Clamp(count / (Threads * ElementsPerThread), 1, MostBlocks);
        _device.Launch(_kernel, new LaunchShape(blocks, 1, 1, Threads), new FillArguments
        {
            Table = _table.Address,
            Output = address,
            Key = _draws.Key,
            Count = (ulong)count,
        });
    }

    /// <summary>Waits for what was queued, which reads the table.</summary>
    public void Dispose()
    {
        _device.Synchronize();
        _table.Dispose();
    }
}
