using System.Buffers;

namespace BatchLLM.Blobs.Lines;

/// <summary>Each newline ends a line. A line of nothing but spaces, tabs and carriage returns is no row.</summary>
internal sealed class PlainLineScan : ILineScan
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r"u8);

    public bool IsBlank { get; private set; }

    public bool IsOpen => false;

    public long InnerBreaks => 0;

    public void Begin() => IsBlank = true;

    public int FindEnd(ReadOnlySpan<byte> bytes)
    {
        var newline = bytes.IndexOf((byte)'\n');
        IsBlank = IsBlank && !(newline < 0 ? bytes : bytes[..newline]).ContainsAnyExcept(Blank);
        return newline;
    }
}
