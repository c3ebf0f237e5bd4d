using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Writes values as Python's json.dumps does, which is what models were trained on: a space after commas and colons, no
/// HTML escapes.
/// </summary>
/// <param name="state">Bounds the length.</param>
/// <param name="indent">Spaces per level, each entry on its own line; null for one line.</param>
/// <param name="asciiOnly">True to escape everything beyond ASCII.</param>
/// <param name="sorted">True to write a map's entries in the order of their keys.</param>
/// <param name="comma">What stands between entries.</param>
/// <param name="colon">What stands between a key and its value.</param>
internal sealed class TemplateJson(
    RenderState state, int? indent, bool asciiOnly, bool sorted, string comma, string colon)
{
    private const int WidestIndent = 16;

    private readonly StringBuilder _json = new();
    private bool _holdsData;
    private int _level;

    /// <summary>The filter tojson with the parameters that the transformers library gives it.</summary>
    public static TemplateString Filter(RenderState state, object? value, object?[] given)
    {
        int? indent = given[1] is long spaces ? (int)Math.Clamp(spaces, 0, WidestIndent) : null;
        var (comma, colon) = given[2] is IReadOnlyList<object?> { Count: 2 } separators
            ? (TemplateValues.ToText(state, separators[0]).Text, TemplateValues.ToText(state, separators[1]).Text)
            : (indent is null ? ", " : ",", ": ");
        return new TemplateJson(state, indent, given[0] is true, given[3] is true, comma, colon).Write(value);
    }

    /// <summary>The value as JSON; literal as a whole if any text in it is user data.</summary>
    /// <exception cref="TemplateException">A value has no JSON form, or the result is too long.</exception>
    public TemplateString Write(object? value)
    {
        WriteValue(value);
        var json = _json.ToString();
        return _holdsData ? TemplateString.FromData(json) : TemplateString.FromTemplate(json);
    }

    private void WriteValue(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        state.Spend(1);
        state.RequireLength(_json.Length);
        switch (value)
        {
            case TemplateString text:
                WriteText(text);
                break;
            case IReadOnlyList<object?> list:
                WriteEntries('[', ']', list, WriteValue);
                break;
            case TemplateMap map:
                WriteEntries('{', '}', Entries(map), WriteEntry);
                break;
            default:
                _json.Append(Scalar(value));
                break;
        }
    }

    private void WriteEntry(KeyValuePair<TemplateString, object?> entry)
    {
        WriteText(entry.Key);
        _json.Append(colon);
        WriteValue(entry.Value);
    }

    private void WriteEntries<T>(char open, char close, IReadOnlyList<T> entries, Action<T> write)
    {
        _json.Append(open);
        _level++;
        for (var i = 0; i < entries.Count; i++)
        {
            _json.Append(i == 0 ? "" : comma);
            BreakLine();
            write(entries[i]);
        }

        _level--;
        if (entries.Count > 0)
        {
            BreakLine();
        }

        _json.Append(close);
    }

    private void BreakLine()
    {
        if (indent is { } spaces)
        {
            state.RequireLength(_json.Length + ((long)spaces * _level));
            _json.Append('\n').Append(' ', spaces * _level);
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double number => NumberText.Of(number),
        _ => throw new TemplateException($"it writes {TemplateValues.Describe(value)} as JSON"),
    };

    private KeyValuePair<TemplateString, object?>[] Entries(TemplateMap map)
    {
        var entries = new KeyValuePair<TemplateString, object?>[map.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new(map.Keys[i], map.Values[i]);
        }

        return sorted ? [.. entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal)] : entries;
    }

    private void WriteText(TemplateString text)
    {
        state.SpendText(text.Text.Length);
        _holdsData |= text.Literals.Length > 0;
        _json.Append('"');
        foreach (var unit in text.Text)
        {
            _ = unit switch
            {
                '"' => _json.Append("\\\""),
                '\\' => _json.Append("\\\\"),
                '\n' => _json.Append("\\n"),
                '\r' => _json.Append("\\r"),
                '\t' => _json.Append("\\t"),
                '\b' => _json.Append("\\b"),
                '\f' => _json.Append("\\f"),
                < ' ' => AppendCode(unit),
                > '~' when asciiOnly && unit != '\u007F' => AppendCode(unit),
                _ => _json.Append(unit),
            };
        }

        _json.Append('"');
    }

    private StringBuilder AppendCode(char unit) =>
        _json.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
}
