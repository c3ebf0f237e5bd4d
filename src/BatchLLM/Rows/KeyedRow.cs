namespace BatchLLM.Rows;

/// <summary>A row by the digest of what it is compared by, small enough to set aside by the million: 48 bytes.</summary>
/// <param name="High">Upper half of the digest.</param>
/// <param name="Low">Lower half.</param>
/// <param name="Row">1-based number of the row in its file.</param>
/// <param name="Line">1-based line in a text file; 0 where the format has no lines.</param>
/// <param name="File">Which of the job's inputs, 0-based.</param>
/// <param name="Tokens">Tokens of its prompt; 0 if it is compared by something else.</param>
/// <param name="IsGreedy">True if its completion depends on nothing but what the digest is of.</param>
public readonly record struct KeyedRow(
    ulong High, ulong Low, long Row, long Line, int File, int Tokens, bool IsGreedy)
    : IComparable<KeyedRow>
{
    /// <summary>True if both have one digest.</summary>
    public bool HasKeyOf(in KeyedRow other) => High == other.High && Low == other.Low;

    /// <summary>By digest; rows of one digest in input order.</summary>
    public int CompareTo(KeyedRow other) =>
        High != other.High ? High.CompareTo(other.High)
        : Low != other.Low ? Low.CompareTo(other.Low)
        : File != other.File ? File.CompareTo(other.File)
        : Row.CompareTo(other.Row);

    /// <summary>True if the left row sorts first.</summary>
    public static bool operator <(KeyedRow left, KeyedRow right) => left.CompareTo(right) < 0;

    /// <summary>True if the left row sorts last.</summary>
    public static bool operator >(KeyedRow left, KeyedRow right) => left.CompareTo(right) > 0;

    /// <summary>True unless the left row sorts last.</summary>
    public static bool operator <=(KeyedRow left, KeyedRow right) => left.CompareTo(right) <= 0;

    /// <summary>True unless the left row sorts first.</summary>
    public static bool operator >=(KeyedRow left, KeyedRow right) => left.CompareTo(right) >= 0;
}
