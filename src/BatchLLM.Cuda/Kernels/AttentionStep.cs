namespace BatchLLM.Cuda.Kernels;

/// <summary>Addresses and counts of a step that are the same for all of its layers. What <see cref="AttentionPlan"/> has planned, on the device.</summary>
internal sealed record AttentionStep
{
    /// <summary>Rows of the step. Lists may be launched longer than they are, filled with nothing to do.</summary>
    public required int RowCount { get; init; }

    /// <summary>int32 // [slices, <see cref="TableStride"/>]</summary>
    public required ulong BlockTables { get; init; }

    /// <summary>Blocks from one slice's table to the next.</summary>
    public required int TableStride { get; init; }

    /// <summary>Which slice each row is of. int32 // [rows]</summary>
    public required ulong Slices { get; init; }

    /// <summary>int32 // [rows]</summary>
    public required ulong Positions { get; init; }

    /// <summary>Each slice's first row. int32 // [slices]</summary>
    public required ulong FirstRows { get; init; }

    /// <summary>Each slice's first position. int32 // [slices]</summary>
    public required ulong Starts { get; init; }

    /// <summary>Each slice's rows. int32 // [slices]</summary>
    public required ulong Counts { get; init; }

    /// <summary><see cref="AttentionPlan.FirstPartials"/> int32 // [rows]</summary>
    public required ulong FirstPartials { get; init; }

    /// <summary><see cref="AttentionPlan.PrefixTokens"/> int32 // [rows]</summary>
    public required ulong PrefixTokens { get; init; }

    /// <summary><see cref="AttentionPlan.Members"/> int32 // [members]</summary>
    public required ulong Members { get; init; }

    /// <summary><see cref="AttentionPlan.Decode"/> // [<see cref="DecodeCount"/>]</summary>
    public required ulong Decode { get; init; }

    /// <summary>Entries to launch.</summary>
    public required int DecodeCount { get; init; }

    /// <summary><see cref="AttentionPlan.Chunks"/> // [<see cref="ChunkCount"/>]</summary>
    public required ulong Chunks { get; init; }

    /// <summary>Entries to launch.</summary>
    public required int ChunkCount { get; init; }

    /// <summary><see cref="AttentionPlan.Prefixes"/> // [<see cref="PrefixCount"/>]</summary>
    public required ulong Prefixes { get; init; }

    /// <summary>Entries to launch.</summary>
    public required int PrefixCount { get; init; }

    /// <summary>Room for partial results. float32 // [partials, heads, head size]</summary>
    public required ulong PartialOutputs { get; init; }

    /// <summary>Room for their maxima and sums. 2 float32 // [partials, heads]</summary>
    public required ulong PartialSums { get; init; }

    /// <summary>Room for the results of the chunk kernel. BF16 // [rows, heads, head size]</summary>
    public required ulong Mixed { get; init; }
}
