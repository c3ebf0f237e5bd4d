using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine.Model;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Cuda.Model;

/// <summary>What a step that was begun gives back, and which of its slices gets which token. Reused.</summary>
/// <param name="device">Where.</param>
/// <param name="slices">Most slices of a step.</param>
internal sealed class StepInFlight(IDevice device, int slices) : IDisposable
{
    private readonly IReadback _readback = device.Readback(slices * sizeof(int));
    private readonly IDeviceTimer _timer = device.Timer();
    private readonly int[] _chosenSlices = new int[slices]; // [choices]
    private int _choices;

    /// <summary>The step.</summary>
    public Step? Step { get; private set; }

    /// <summary>Begins the time of a step whose work is queued next.</summary>
    public void Start(Step step)
    {
        Step = step;
        _timer.Start();
    }

    /// <summary>Queues what tells of the step's end, its work being queued.</summary>
    /// <param name="rows">The step by rows.</param>
    /// <param name="chosen">Address of its first choice. // int32 [choices]</param>
    public void Queue(StepRows rows, ulong chosen)
    {
        _choices = rows.ChosenCount;
        for (var i = 0; i < _choices; i++)
        {
            _chosenSlices[i] = rows.ChosenSlice(i);
        }

        _timer.Stop();
        _readback.Queue(chosen, _choices * sizeof(int));
    }

    /// <summary>Waits for the step, and for nothing behind it.</summary>
    /// <param name="nextTokens">As <see cref="IModelRunner.End"/> fills it.</param>
    /// <returns>Time on the device.</returns>
    public TimeSpan Wait(Span<int> nextTokens)
    {
        var tokens = MemoryMarshal.Cast<byte, int>(_readback.Wait());
        nextTokens.Fill(IModelRunner.NoToken);
        for (var i = 0; i < tokens.Length; i++)
        {
            nextTokens[_chosenSlices[i]] = tokens[i];
        }

        return _timer.Elapsed;
    }

    /// <summary>Lets go of the step.</summary>
    public void Clear() => Step = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _readback.Dispose();
    }
}
