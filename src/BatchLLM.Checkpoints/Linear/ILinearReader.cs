namespace BatchLLM.Checkpoints.Linear;

/// <summary>
/// Reads a linear layer's stored codes in output-major order, whatever the file's own layout. Safe from several threads.
/// Rows are outputs; ranges are checked by <see cref="LinearWeight"/>.
/// </summary>
internal interface ILinearReader
{
    /// <summary>How codes, or unquantized weights, are drawn, if nothing stores them; null of a file's.</summary>
    RandomDraws? Draws => null;

    /// <summary>One byte per weight: E4M3 byte, signed byte, E2M1 code 0 to 15, or unsigned 4-bit code 0 to 15. // [rows, inputs]</summary>
    void ReadCodes(int firstRow, int rowCount, Span<byte> codes);

    /// <summary>Scales as stored, widened; without the global scale. // [rows, blocks]</summary>
    void ReadScales(int firstRow, int rowCount, Span<float> scales);

    /// <summary>Zero points, 0 to 15. // [rows, blocks]</summary>
    void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints);

    /// <summary>Unquantized weights, widened. // [rows, inputs]</summary>
    void ReadFloats(int firstRow, int rowCount, Span<float> weights);

    /// <summary>Unquantized BF16 weights as they stand on disk. // [rows, inputs]</summary>
    void ReadBits16(int firstRow, int rowCount, Span<ushort> bits);
}
