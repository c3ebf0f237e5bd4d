namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>
/// A linear layer's symmetric INT4 weights, taken by rows (outputs) and packed as ONNX stores them, inputs outermost.
/// A weight is code × scale. Not for several threads at once: neighbouring rows share bytes.
/// </summary>
public sealed class Int4Matrix
{
    private readonly byte[] _codes; // [inputs, outputs / 2]
    private readonly Half[] _scales; // [blocks, outputs]

    /// <summary>An empty matrix.</summary>
    /// <param name="outputs">Rows of W.</param>
    /// <param name="inputs">Columns of W.</param>
    /// <param name="blockSize">Inputs that share a scale; 128 in the published checkpoints.</param>
    public Int4Matrix(int outputs, int inputs, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        OutputCount = outputs;
        InputCount = inputs;
        BlockSize = blockSize;
        _codes = new byte[((long)outputs * inputs + 1) / 2];
        _scales = new Half[(long)outputs * BlockCount];
    }

    /// <summary>Rows of W.</summary>
    public int OutputCount { get; }

    /// <summary>Columns of W.</summary>
    public int InputCount { get; }

    /// <summary>Inputs that share a scale.</summary>
    public int BlockSize { get; }

    /// <summary>Scales per row.</summary>
    public int BlockCount => (InputCount + BlockSize - 1) / BlockSize;

    internal ReadOnlySpan<byte> Codes => _codes;

    internal ReadOnlySpan<Half> Scales => _scales;

    /// <summary>Sets whole rows, each once.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="codes">-8 to 7. // [rows, inputs]</param>
    /// <param name="scales">Positive and finite; a block of zeros takes any. // [rows, blocks]</param>
    /// <exception cref="ArgumentException">A code or scale is out of range, or rows are not whole.</exception>
    public void SetRows(int firstRow, ReadOnlySpan<sbyte> codes, ReadOnlySpan<Half> scales)
    {
        var rows = codes.Length / InputCount;
        if (codes.Length != rows * InputCount || scales.Length != rows * BlockCount || firstRow < 0
            || firstRow > OutputCount - rows)
        {
            throw new ArgumentException($"{codes.Length} codes and {scales.Length} scales are no whole rows from {firstRow} on.", nameof(codes));
        }

        SetCodes(firstRow, rows, codes);
        SetScales(firstRow, scales);
    }

    private void SetCodes(int firstRow, int rows, ReadOnlySpan<sbyte> codes)
    {
        if (codes.ContainsAnyExceptInRange((sbyte)-8, (sbyte)7))
        {
            throw new ArgumentException("A code is not within -8 and 7.", nameof(codes));
        }

        for (var input = 0; input < InputCount; input++)
        {
            var element = (long)input * OutputCount + firstRow;
            for (var row = 0; row < rows; row++, element++)
            {
                var nibble = codes[row * InputCount + input] & 15;
                _codes[element >> 1] |= (byte)(nibble << (int)((element & 1) * 4));
            }
        }
    }

    private void SetScales(int firstRow, ReadOnlySpan<Half> scales)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            if (!(scales[i] > Half.Zero && Half.IsFinite(scales[i])))
            {
                throw new ArgumentException($"The scale {scales[i]} of row {firstRow + i / BlockCount} is not positive and finite.", nameof(scales));
            }

            _scales[(long)(i % BlockCount) * OutputCount + firstRow + i / BlockCount] = scales[i];
        }
    }
}
