using System.Globalization;

namespace BatchLLM.Rows;

/// <summary>One column's value in one row, the same whether it came from JSONL or Parquet.</summary>
public readonly record struct RowValue
{
    private readonly string? _text;
    private readonly long _bits;

    private RowValue(RowValueKind kind, string? text, long bits) => (Kind, _text, _bits) = (kind, text, bits);

    /// <summary>What this value holds.</summary>
    public RowValueKind Kind { get; }

    /// <summary>The absent value.</summary>
    public static RowValue Null => default;

    /// <summary>True if this is the absent value.</summary>
    public bool IsNull => Kind == RowValueKind.Null;

    /// <summary>The text of a <see cref="RowValueKind.Text"/> or the raw JSON of a <see cref="RowValueKind.Json"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string Text => Kind is RowValueKind.Text or RowValueKind.Json ? _text! : throw Wrong(RowValueKind.Text);

    /// <summary>The integer of a <see cref="RowValueKind.Integer"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long Integer => Kind == RowValueKind.Integer ? _bits : throw Wrong(RowValueKind.Integer);

    /// <summary>The double of a <see cref="RowValueKind.Number"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double Number =>
        Kind == RowValueKind.Number ? BitConverter.Int64BitsToDouble(_bits) : throw Wrong(RowValueKind.Number);

    /// <summary>The truth value of a <see cref="RowValueKind.Boolean"/>.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool Boolean => Kind == RowValueKind.Boolean ? _bits != 0 : throw Wrong(RowValueKind.Boolean);

    /// <summary>A text value.</summary>
    public static RowValue FromText(string text) => new(RowValueKind.Text, text, 0);

    /// <summary>An integer value.</summary>
    public static RowValue FromInteger(long value) => new(RowValueKind.Integer, null, value);

    /// <summary>A floating-point value.</summary>
    public static RowValue FromNumber(double value) =>
        new(RowValueKind.Number, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A truth value.</summary>
    public static RowValue FromBoolean(bool value) => new(RowValueKind.Boolean, null, value ? 1 : 0);

    /// <summary>Raw JSON text, already known to be valid.</summary>
    public static RowValue FromJson(string json) => new(RowValueKind.Json, json, 0);

    /// <summary>The value as a placeholder shows it: text as it is, numbers in the invariant culture, null empty.</summary>
    public override string ToString() => Kind switch
    {
        RowValueKind.Text or RowValueKind.Json => _text!,
        RowValueKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        RowValueKind.Number => Number.ToString("R", CultureInfo.InvariantCulture),
        RowValueKind.Boolean => _bits != 0 ? "true" : "false",
        _ => "",
    };

    private InvalidOperationException Wrong(RowValueKind asked) => new($"The value is {Kind}, not {asked}.");
}
