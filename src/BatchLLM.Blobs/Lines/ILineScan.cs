namespace BatchLLM.Blobs.Lines;

/// <summary>Says where lines end, as their bytes come in pieces: each byte is shown once.</summary>
internal interface ILineScan
{
    /// <summary>True if the bytes since <see cref="Begin"/> are no row.</summary>
    bool IsBlank { get; }

    /// <summary>True if no line may end behind the bytes seen.</summary>
    bool IsOpen { get; }

    /// <summary>Line breaks seen that do not end the line.</summary>
    long InnerBreaks { get; }

    /// <summary>Begins a line.</summary>
    void Begin();

    /// <summary>Index of the newline that ends the line; -1 if it is still to come.</summary>
    int FindEnd(ReadOnlySpan<byte> bytes);
}
