using System.Numerics;
using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Engine.Model;
using BatchLLM.Planning;

namespace BatchLLM.Cuda.Model;

/// <summary>A step as the kernels read it, made on the host and copied in one piece. Reused from step to step.</summary>
internal sealed class StepArrays : IDisposable
{
    private const int NoPosition = -1;
    private const int LeastStride = 8;

    private readonly IDevice _device;
    private readonly StepLayout _layout;
    private readonly AttentionPlan _attention;
    private readonly int[] _host;
    private readonly DeviceMemory _memory;
    private int _used; // of _host

    /// <summary>Allocates them.</summary>
    /// <param name="device">Where.</param>
    /// <param name="layout">Where each list stands.</param>
    /// <param name="attention">Plans attention.</param>
    public StepArrays(IDevice device, StepLayout layout, AttentionPlan attention)
    {
        (_device, _layout, _attention) = (device, layout, attention);
        _host = new int[layout.Length];
        _memory = device.Allocate((long)layout.Length * sizeof(int));
    }

    /// <summary>Rows with those that fill the step up.</summary>
    public int RowCount { get; private set; }

    /// <summary>Blocks from one slice's table to the next: a power of two, so that few different ones are recorded.</summary>
    public int TableStride { get; private set; }

    /// <summary>Entries of the decode kernel's list, with those that fill it up.</summary>
    public int DecodeCount { get; private set; }

    /// <summary>Entries of the prefix kernel's list, with those that fill it up.</summary>
    public int PrefixCount { get; private set; }

    /// <summary>Entries of the chunk kernel's list.</summary>
    public int ChunkCount => _attention.Chunks.Count;

    /// <summary>Choices, with those that fill the step up.</summary>
    public int ChoiceCount { get; private set; }

    /// <summary>The step's shape; null if it cannot be recorded: one with prompts, of which no two are alike, or with penalties.</summary>
    public StepShape? Shape { get; private set; }

    /// <summary>How tokens are chosen.</summary>
    public ChoiceRows Choices { get; } = new();

    /// <summary>Address of a list.</summary>
    public ulong Address(StepSection section) => _memory.Address + (ulong)section.Start * sizeof(int);

    /// <summary>Lays a step out.</summary>
    /// <param name="step">The step.</param>
    /// <param name="rows">The same step by rows.</param>
    /// <param name="slots">Of the tokens that it chooses, and of those that are on their way.</param>
    public void Fill(Step step, StepRows rows, TokenSlots slots)
    {
        RowCount = RowBuckets.Of(rows.Count);
        _attention.Fill(step);
        FillRows(rows, slots);
        FillSlices(step);
        FillAttention();
        FillChoices(rows, slots);
        FillUp(rows, slots.First);
        _used = _layout.BlockTables.Start + step.Slices.Count * TableStride;
    }

    /// <summary>Queues the copy of a step that was laid out, behind all that still reads the one before.</summary>
    public void Upload() => _device.Upload<int>(_host.AsSpan(0, _used), _memory.Address);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private void FillRows(StepRows rows, TokenSlots slots)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var (sequence, position) = (rows.Sequence(row), rows.Position(row));
            _host[_layout.Tokens.Start + row] = position < sequence.KnownCount ? sequence.Tokens[position] : -1 - slots.Of(sequence);
            _host[_layout.Positions.Start + row] = position;
        }

        Span(_layout.Tokens, rows.Count..RowCount).Clear();
        Span(_layout.Positions, rows.Count..RowCount).Fill(NoPosition);
        Span(_layout.Slices, rows.Count..RowCount).Clear();
    }

    private void FillSlices(Step step)
    {
        var most = 0;
        foreach (var slice in step.Slices)
        {
            most = Math.Max(most, slice.Sequence.BlockTable.Count);
        }

        TableStride = Math.Min(_layout.TableBlocks, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(most, LeastStride)));
        for (int index = 0, row = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            _host[_layout.FirstRows.Start + index] = row;
            _host[_layout.Starts.Start + index] = slice.Start;
            _host[_layout.Counts.Start + index] = slice.Count;
            Span(_layout.Slices, row..(row + slice.Count)).Fill(index);
            var blocks = CollectionsMarshal.AsSpan(slice.Sequence.BlockTable);
            blocks[..Math.Min(blocks.Length, TableStride)].CopyTo(_host.AsSpan(_layout.BlockTables.Start + index * TableStride));
            row += slice.Count;
        }
    }

    private void FillAttention()
    {
        Copy<int>(_attention.FirstPartials, _layout.FirstPartials);
        Span(_layout.FirstPartials, _attention.FirstPartials.Count..RowCount).Fill(AttentionPlan.NoPartials);
        Copy<int>(_attention.PrefixTokens, _layout.PrefixTokens);
        Span(_layout.PrefixTokens, _attention.PrefixTokens.Count..RowCount).Clear();
        Copy<int>(_attention.Members, _layout.Members);
        Copy<DecodeWork>(_attention.Decode, _layout.Decode);
        Copy<PrefixWork>(_attention.Prefixes, _layout.Prefixes);
        Copy<ChunkWork>(_attention.Chunks, _layout.Chunks);
    }

    private void FillChoices(StepRows rows, TokenSlots slots)
    {
        Choices.Clear();
        for (var i = 0; i < rows.ChosenCount; i++)
        {
            var (row, sequence) = (rows.ChosenRow(i), rows.ChosenSequence(i));
            var token = _host[_layout.Tokens.Start + row];
            _host[_layout.ChosenRows.Start + i] = row;
            Choices.Add(sequence, slots.Add(sequence), pendingSlot: token < 0 ? -1 - token : null);
        }

        MemoryMarshal.Cast<ChoiceRow, int>(Choices.Rows).CopyTo(_host.AsSpan(_layout.ChoiceRows.Start, _layout.ChoiceRows.Length));
    }

    private void FillUp(StepRows rows, int firstSlot)
    {
        (DecodeCount, PrefixCount, ChoiceCount) = (_attention.Decode.Count, _attention.Prefixes.Count, rows.ChosenCount);
        Shape = null;
        if (ChunkCount > 0 || rows.ChosenCount < rows.Count || !Choices.PenaltyTokens.IsEmpty)
        {
            return;
        }

        DecodeCount = FillUp(_layout.Decode, DecodeCount, DecodeWork.Nothing);
        PrefixCount = FillUp(_layout.Prefixes, PrefixCount, PrefixWork.Nothing);
        for (; ChoiceCount < RowCount; ChoiceCount++)
        {
            _host[_layout.ChosenRows.Start + ChoiceCount] = ChoiceCount;
            Items<ChoiceRow>(_layout.ChoiceRows)[ChoiceCount] = ChoiceRows.Greedy(firstSlot + ChoiceCount);
        }

        Shape = new StepShape(RowCount, TableStride, DecodeCount, PrefixCount);
    }

    private int FillUp<T>(StepSection section, int count, T nothing)
        where T : unmanaged
    {
        var list = Items<T>(section);
        var filled = count == 0 ? 0 : Math.Min(list.Length, (int)BitOperations.RoundUpToPowerOf2((uint)count));
        list[count..filled].Fill(nothing);
        return filled;
    }

    private Span<T> Items<T>(StepSection section)
        where T : unmanaged => MemoryMarshal.Cast<int, T>(_host.AsSpan(section.Start, section.Length));

    private void Copy<T>(List<T> list, StepSection section)
        where T : unmanaged =>
        MemoryMarshal.Cast<T, int>(CollectionsMarshal.AsSpan(list)).CopyTo(_host.AsSpan(section.Start, section.Length));

    private Span<int> Span(StepSection section, Range range) => _host.AsSpan(section.Start, section.Length)[range];
}
