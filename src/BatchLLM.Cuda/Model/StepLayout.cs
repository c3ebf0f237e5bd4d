using System.Runtime.CompilerServices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Inference;

namespace BatchLLM.Cuda.Model;

/// <summary>Where each of a step's lists of integers stands, on the host and on the device alike. It never changes.</summary>
internal sealed record StepLayout
{
    private const int Pair = 2; // int32 of DecodeWork and ChunkWork
    private const int Quad = 4; // int32 of PrefixWork

    /// <summary>Lays the lists out, block tables last, of which a step fills a part.</summary>
    /// <param name="limits">The runner's.</param>
    /// <param name="rows">Most rows, with those that fill a step up.</param>
    /// <param name="partials">Partial results of attention that there is room for.</param>
    /// <param name="chunkRows">Positions of an entry of the chunk kernel's list.</param>
    public StepLayout(RunnerLimits limits, int rows, int partials, int chunkRows)
    {
        var slices = limits.StepSequenceBudget;
        Tokens = new StepSection(0, rows);
        Positions = Tokens.Then(rows);
        Slices = Positions.Then(rows);
        FirstPartials = Slices.Then(rows);
        PrefixTokens = FirstPartials.Then(rows);
        FirstRows = PrefixTokens.Then(slices);
        Starts = FirstRows.Then(slices);
        Counts = Starts.Then(slices);
        Members = Counts.Then(slices);
        ChosenRows = Members.Then(RowBuckets.Of(slices));
        ChoiceRows = ChosenRows.Then(RowBuckets.Of(slices) * (Unsafe.SizeOf<ChoiceRow>() / sizeof(int)));
        Decode = ChoiceRows.Then(partials * Pair);
        Prefixes = Decode.Then(partials * Quad);
        Chunks = Prefixes.Then((rows / chunkRows + 2 * slices) * Pair);
        TableBlocks = (limits.ContextLength + limits.KvBlockTokens - 1) / limits.KvBlockTokens;
        BlockTables = Chunks.Then(slices * TableBlocks);
    }

    /// <summary>// [rows]</summary>
    public StepSection Tokens { get; }

    /// <summary>Below 0: a row that only fills the step up. // [rows]</summary>
    public StepSection Positions { get; }

    /// <summary>Which slice a row is of. // [rows]</summary>
    public StepSection Slices { get; }

    /// <summary>Where a row's partial results begin. // [rows]</summary>
    public StepSection FirstPartials { get; }

    /// <summary>Positions that the prefix kernel reads for a row. // [rows]</summary>
    public StepSection PrefixTokens { get; }

    /// <summary>// [slices]</summary>
    public StepSection FirstRows { get; }

    /// <summary>First positions. // [slices]</summary>
    public StepSection Starts { get; }

    /// <summary>// [slices]</summary>
    public StepSection Counts { get; }

    /// <summary>Rows behind shared prefixes. // [members]</summary>
    public StepSection Members { get; }

    /// <summary>Rows whose logits choose a token. // [choices]</summary>
    public StepSection ChosenRows { get; }

    /// <summary>How their tokens are chosen. // [choices] of <see cref="ChoiceRow"/></summary>
    public StepSection ChoiceRows { get; }

    /// <summary>Work of the decode kernel. // [entries, 2]</summary>
    public StepSection Decode { get; }

    /// <summary>Work of the prefix kernel. // [entries, 4]</summary>
    public StepSection Prefixes { get; }

    /// <summary>Work of the chunk kernel. // [entries, 2]</summary>
    public StepSection Chunks { get; }

    /// <summary>// [slices, stride]</summary>
    public StepSection BlockTables { get; }

    /// <summary>Blocks of the longest context.</summary>
    public int TableBlocks { get; }

    /// <summary>Integers in all.</summary>
    public int Length => BlockTables.End;
}
