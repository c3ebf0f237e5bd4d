using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Model;

/// <summary>
/// Launches of steps, recorded by their shape: some 300 launches are queued as one, which the host needs a fraction of the time for.
/// </summary>
internal sealed class StepGraphs(IDevice device) : IDisposable
{
    // A recording of 32 layers takes about a megabyte of the driver's memory; a job's steps have a few dozen shapes.
    private const int Most = 128;

    private readonly Dictionary<StepShape, IDeviceGraph?> _graphs = []; // null once a shape has run without being recorded

    /// <summary>Shapes that are recorded.</summary>
    public int Count => _graphs.Values.Count(graph => graph is not null);

    /// <summary>Queues a step. The first of a shape runs as it is, since kernels are loaded when they first run; the second is recorded.</summary>
    /// <param name="shape">Null for a step that cannot be recorded.</param>
    /// <param name="queue">Queues the step's launches and products.</param>
    public void Run(StepShape? shape, Action queue)
    {
        if (shape is not { } known || (_graphs.Count >= Most && !_graphs.ContainsKey(known)))
        {
            queue();
        }
        else if (_graphs.TryGetValue(known, out var graph))
        {
            graph ??= _graphs[known] = device.Capture(queue);
            graph.Launch();
        }
        else
        {
            queue();
            _graphs.Add(known, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var graph in _graphs.Values)
        {
            graph?.Dispose();
        }
    }
}
