using System.Runtime.CompilerServices;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;
using BatchLLM.Inference;

namespace BatchLLM.Cuda.Model;

/// <summary>Chooses the next tokens of a step's rows on the device, some rows at a time, since logits are large.</summary>
internal sealed class TokenChoices : IDisposable
{
    private readonly IDevice _device;
    private readonly DeviceLinear _head;
    private readonly PassBuffers _buffers;
    private readonly RunnerLimits _limits;
    private readonly int _headRows;
    private readonly Choice _choice;
    private readonly DeviceMemory _chosen; // int32 [2 halves of slots]
    private readonly GrowingMemory _penaltyTokens;
    private readonly GrowingMemory _penaltyCounts;

    /// <summary>Finds the kernel.</summary>
    /// <param name="device">Where.</param>
    /// <param name="head">Gives the logits.</param>
    /// <param name="buffers">Where they stand.</param>
    /// <param name="limits">The runner's.</param>
    /// <param name="headRows">Rows at a time.</param>
    public TokenChoices(IDevice device, DeviceLinear head, PassBuffers buffers, RunnerLimits limits, int headRows)
    {
        (_device, _head, _buffers, _limits, _headRows) = (device, head, buffers, limits, headRows);
        _choice = new Choice(device, head.LogitType);
        Slots = new TokenSlots(RowBuckets.Of(limits.StepSequenceBudget));
        _chosen = device.Allocate(2 * RowBuckets.Of(limits.StepSequenceBudget) * sizeof(int));
        _penaltyTokens = new GrowingMemory(device);
        _penaltyCounts = new GrowingMemory(device);
    }

    /// <summary>Whose tokens are where.</summary>
    public TokenSlots Slots { get; }

    /// <summary>Address of the tokens that were chosen. // int32 [2 halves of slots]</summary>
    public ulong Chosen => _chosen.Address;

    /// <summary>Address of the first token that the step at hand chooses; the others follow in order.</summary>
    public ulong FirstOfStep => _chosen.Address + (ulong)Slots.First * sizeof(int);

    /// <summary>Queues copies of what rows' penalties count, if some have penalties.</summary>
    public void Fill(ChoiceRows rows)
    {
        _penaltyTokens.Fill(rows.PenaltyTokens);
        _penaltyCounts.Fill(rows.PenaltyCounts);
    }

    /// <summary>Queues the choices of a step, its layers being queued.</summary>
    public void Choose(DeviceForwardPass forward, StepLaunch step)
    {
        for (var first = 0; first < step.Choices; first += _headRows)
        {
            var count = Math.Min(_headRows, step.Choices - first);
            forward.Logits(step, first, count);
            _choice.Launch(count, Arguments(step.ChoiceRows + (ulong)(first * Unsafe.SizeOf<ChoiceRow>())));
        }
    }

    /// <summary>Logits of the rows that were computed last, with penalties. // [vocabulary]</summary>
    public float[] Logits(int row)
    {
        var logits = new float[_limits.VocabularySize];
        _device.Download<float>(_buffers.Logits.Address + (ulong)((long)row * _head.Columns * sizeof(float)), logits);
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _penaltyTokens.Dispose();
        _penaltyCounts.Dispose();
        _chosen.Dispose();
    }

    private ChoiceArguments Arguments(ulong rows) => new()
    {
        Logits = _buffers.Logits.Address,
        RowScales = _head.Form.RowScales(_buffers.NormScales),
        ColumnScales = _head.ColumnScales,
        Rows = rows,
        PenaltyTokens = _penaltyTokens.Address,
        PenaltyCounts = _penaltyCounts.Address,
        Chosen = _chosen.Address,
        Vocabulary = _limits.VocabularySize,
        Stride = _head.Columns,
        Scale = _head.Form.InputScale,
    };
}
