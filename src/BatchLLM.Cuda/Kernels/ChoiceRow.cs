using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>How one row's token is chosen, as choice_row.h has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChoiceRow
{
    /// <summary>Seed of the counter-based generator.</summary>
    public ulong Seed { get; init; }

    /// <summary>The row's key; the draw is keyed by (seed, row key, position).</summary>
    public ulong RowKey { get; init; }

    /// <summary>1 keeps all.</summary>
    public double TopP { get; init; }

    /// <summary>0 is greedy.</summary>
    public float InverseTemperature { get; init; }

    /// <summary>0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Of the token to choose.</summary>
    public int Position { get; init; }

    /// <summary>Which slot receives the token.</summary>
    public int Slot { get; init; }

    /// <summary>1 is off.</summary>
    public float Repetition { get; init; }

    /// <summary>0 is off.</summary>
    public float Presence { get; init; }

    /// <summary>0 is off.</summary>
    public float Frequency { get; init; }

    /// <summary>First of the row's tokens among the penalties'.</summary>
    public int PenaltyStart { get; init; }

    /// <summary>How many of those are the row's.</summary>
    public int PenaltyCount { get; init; }

    /// <summary>Slot of a generated token that the host did not know when it counted them; -1 for none.</summary>
    public int PendingSlot { get; init; }
}
