using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>What was recorded, run in its order.</summary>
internal sealed class EmulatedGraph(IReadOnlyList<Action> work) : IDeviceGraph
{
    public int Count => work.Count;

    public void Launch()
    {
        foreach (var action in work)
        {
            action();
        }
    }

    public void Dispose()
    {
    }
}
