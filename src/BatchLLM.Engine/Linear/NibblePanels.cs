using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// 4-bit codes in column panels. A byte holds column j of the first half of a group of 16 in its low nibble and column j + 8
/// in its high one, so that eight bytes become two vectors without a shuffle.
/// </summary>
internal sealed unsafe class NibblePanels : IDisposable
{
    private const int Group = 16;

    private readonly AlignedBuffer<byte> _bytes; // [panels, depth, width / 2]
    private readonly int _depth;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    public NibblePanels(LinearWeight weight, int width)
    {
        (_depth, _width) = (weight.InputCount, width);
        PanelCount = (weight.OutputCount + width - 1) / width;
        _bytes = new AlignedBuffer<byte>((long)PanelCount * _depth * width / 2);
        PanelPacking.Pack<byte>(weight.OutputCount, _depth, width, weight.ReadCodes, (panel, values) =>
            Pack(values, _bytes.Pointer + (long)panel * _depth * width / 2));
    }

    /// <summary>Panels in all.</summary>
    public int PanelCount { get; }

    /// <summary>Bytes of memory.</summary>
    public long ByteCount => _bytes.Length;

    /// <summary>The bytes of 16 columns at one k; <see cref="Stride"/> bytes lie between one k and the next. // [8]</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="k">Which k.</param>
    /// <param name="column">First column, a multiple of 16.</param>
    public byte* At(int panel, int k, int column) => _bytes.Pointer + ((long)panel * _depth + k) * Stride + column / 2;

    /// <summary>Bytes of a panel's k.</summary>
    public int Stride => _width / 2;

    private static void Pack(ReadOnlySpan<byte> codes, byte* bytes)
    {
        for (var start = 0; start < codes.Length; start += Group)
        {
            for (var j = 0; j < Group / 2; j++)
            {
                *bytes++ = (byte)((codes[start + j] & 15) | (codes[start + Group / 2 + j] << 4));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
