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
internal sealed class TemplateJson(RenderState state, int? indent, bool asciiOnly)
{
    private readonly StringBuilder _json = new();
    private bool _holdsData;
    private int _level;

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
                _holdsData |= text.Literals.Count > 0;
                WriteText(text.Text);
                break;
            case IReadOnlyList<object?> list:
                WriteEntries('[', ']', list, WriteValue);
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteEntries('{', '}', [.. map], WriteEntry);
                break;
            default:
                _json.Append(Scalar(value));
                break;
        }
    }

    private void WriteEntry(KeyValuePair<string, object?> entry)
    {
        WriteText(entry.Key);
        _json.Append(": ");
        WriteValue(entry.Value);
    }

    private void WriteEntries<T>(char open, char close, IReadOnlyList<T> entries, Action<T> write)
    {
        _json.Append(open);
        _level++;
        for (var i = 0; i < entries.Count; i++)
        {
            _json.Append(i == 0 ? "" : indent is null ? ", " : ",");
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
        long or double => TemplateValues.ToText(value).Text,
        _ => throw new TemplateException($"it writes {TemplateValues.Describe(value)} as JSON"),
    };

    private void WriteText(string text)
    {
        _json.Append('"');
        foreach (var unit in text)
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
