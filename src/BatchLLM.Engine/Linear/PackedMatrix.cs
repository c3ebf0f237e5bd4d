using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Weights of one or more linear layers that read the same input, as column panels: panel p holds columns
/// [p width, (p + 1) width) of the transposed weight, k-major, so that the kernel reads them in a straight line.
/// </summary>
/// <remarks>
/// Weights stay as compressed as the checkpoint has them, and are decoded a block at a time into first-level cache. Every
/// part keeps its own scales: siblings are never requantized to a common one.
/// </remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private readonly IPanelStore[] _stores; // [parts]
    private readonly float[]?[] _factors; // [parts] of [depth]
    private readonly int[] _partOfPanel; // [panels]
    private readonly int[] _firstPanels; // [parts]

    /// <summary>Packs weights whose input is not rounded.</summary>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="parts">Weights, each [columns, k] with the same k; every part begins a new panel.</param>
    public PackedMatrix(int width, params LinearWeight[] parts)
        : this(width, InputRounding.None, parts)
    {
    }

    /// <summary>Packs weights.</summary>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="rounding">What happens to the input before the product.</param>
    /// <param name="parts">Weights, each [columns, k] with the same k; every part begins a new panel.</param>
    public PackedMatrix(int width, InputRounding rounding, params LinearWeight[] parts)
    {
        Width = width;
        Depth = parts[0].InputCount;
        Rounding = rounding;
        PartColumns = Array.ConvertAll(parts, p => (p.OutputCount + width - 1) / width * width);
        _stores = Array.ConvertAll(parts, p => Pack(p, width, rounding.Kind));
        _factors = Array.ConvertAll(parts, p => p.Format == WeightFormat.Float ? null : p.InputFactors);
        _partOfPanel = [.. PartColumns.SelectMany((columns, part) => Enumerable.Repeat(part, columns / width))];
        Inputs = [.. InputsOf(_factors, PartColumns, width)];
        _firstPanels = [.. parts.Select((_, part) => Array.IndexOf(_partOfPanel, part))];
    }

    /// <summary>Columns of a panel.</summary>
    public int Width { get; }

    /// <summary>k, the width of the input.</summary>
    public int Depth { get; }

    /// <summary>What happens to the input before the product.</summary>
    public InputRounding Rounding { get; }

    /// <summary>Panels in all.</summary>
    public int PanelCount => _partOfPanel.Length;

    /// <summary>Columns of the result, with padding; padding columns come out as zero.</summary>
    public int ColumnCount => PanelCount * Width;

    /// <summary>Columns of each part, with its padding. // [parts]</summary>
    public int[] PartColumns { get; }

    /// <summary>Runs of panels that read the same input: parts with the same factors, or none.</summary>
    public IReadOnlyList<(Range Panels, float[]? Factors)> Inputs { get; }

    /// <summary>
    /// True if all weights, but for their columns' scales, are BF16 numbers: BF16 itself, E4M3, and every product of E2M1 and E4M3.
    /// </summary>
    public bool IsExactInBrainFloat => _factors.All(f => f is null) && _stores.All(s => s is BrainFloatPanels or Fp8Panels or Nvfp4Panels);

    /// <summary>Bytes of memory.</summary>
    public long ByteCount => _stores.Sum(s => s.ByteCount);

    /// <summary>The part that holds a panel, and which of the part's panels it is.</summary>
    public (IPanelStore Store, int Panel) Part(int panel)
    {
        var part = _partOfPanel[panel];
        return (_stores[part], panel - _firstPanels[part]);
    }

    /// <summary>Panels from one on that belong to the same part.</summary>
    /// <param name="panel">Which panel.</param>
    public int PanelsLeft(int panel)
    {
        var part = _partOfPanel[panel];
        return (part + 1 < _firstPanels.Length ? _firstPanels[part + 1] : PanelCount) - panel;
    }

    /// <summary>True if a panel's input factors are part of its runs, so that nothing but <see cref="Run"/> may read them.</summary>
    /// <param name="panel">Which panel.</param>
    public bool HasFactors(int panel) => _factors[_partOfPanel[panel]] is not null;

    /// <summary>What sums of a panel's columns, and of those of its part's panels after it, are multiplied by; null for one. // [columns]</summary>
    /// <param name="panel">Which panel.</param>
    public float* Scales(int panel)
    {
        var (store, partPanel) = Part(panel);
        return store.Scales(partPanel);
    }

    /// <summary>A run of k of one panel as float32, but for the column's scale: the weights themselves, or decoded into the scratch.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="k">First k.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Room for count x width elements.</param>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        var (store, partPanel) = Part(panel);
        var run = store.Run(partPanel, k, count, scratch);
        if (_factors[_partOfPanel[panel]] is { } factors)
        {
            Multiply(scratch, factors.AsSpan(k, count));
        }

        return run;
    }

    private static IEnumerable<(Range Panels, float[]? Factors)> InputsOf(float[]?[] factors, int[] columns, int width)
    {
        var first = 0;
        for (int part = 0, end = 0; part < factors.Length; part++)
        {
            end += columns[part] / width;
            if (part + 1 == factors.Length || !factors[part].AsSpan().SequenceEqual(factors[part + 1]))
            {
                yield return (first..end, factors[part]);
                first = end;
            }
        }
    }

    private void Multiply(float* rows, ReadOnlySpan<float> factors)
    {
        foreach (var factor in factors)
        {
            for (var column = 0; column < Width; column++)
            {
                *rows++ *= factor;
            }
        }
    }

    private static IPanelStore Pack(LinearWeight weight, int width, InputRoundingKind rounding) => weight.Format switch
    {
        WeightFormat.Nvfp4 or WeightFormat.Int4 when rounding == InputRoundingKind.Int8PerRow => new Int4x8Panels(weight, width),
        WeightFormat.Fp8 => new Fp8Panels(weight, width),
        WeightFormat.Int8 => new Int8Panels(weight, width),
        WeightFormat.Nvfp4 => new Nvfp4Panels(weight, width),
        WeightFormat.Int4 => new Int4Panels(weight, width),
        _ when weight.StoredType == TensorType.BF16 && weight.InputFactors is null => new BrainFloatPanels(weight, width),
        _ when weight.StoredType == TensorType.F16 && weight.InputFactors is null => new Float16Panels(weight, width),
        _ => new FloatPanels(weight, width),
    };

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_stores, s => s.Dispose());
}
