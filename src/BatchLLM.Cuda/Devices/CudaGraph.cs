using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>What was recorded on a GPU's stream.</summary>
internal sealed unsafe class CudaGraph : IDeviceGraph
{
    private readonly nint _executable;
    private readonly nint _stream;

    /// <summary>Makes a recording ready to run, and lets go of the recording.</summary>
    public CudaGraph(nint graph, nint stream)
    {
        nint executable;
        var result = DriverApi.GraphInstantiate(&executable, graph, 0);
        _ = DriverApi.GraphDestroy(graph);
        DriverCheck.Check(result, "make a graph ready");
        (_executable, _stream) = (executable, stream);
    }

    /// <inheritdoc/>
    public void Launch() => DriverCheck.Check(DriverApi.GraphLaunch(_executable, _stream), "launch a graph");

    /// <inheritdoc/>
    public void Dispose() => _ = DriverApi.GraphExecutableDestroy(_executable);
}
