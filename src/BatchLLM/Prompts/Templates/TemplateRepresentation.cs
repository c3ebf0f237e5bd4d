using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace BatchLLM.Prompts.Templates;

/// <summary>Writes lists and maps as Python prints them (its repr), which templates fall into when they print one.</summary>
/// <param name="state">Bounds the length.</param>
internal sealed class TemplateRepresentation(RenderState state)
{
    private readonly StringBuilder _text = new();
    private bool _holdsData;

    /// <summary>The value as Python prints it; literal as a whole if any text in it is user data.</summary>
    /// <exception cref="TemplateException">The result is too long.</exception>
    public TemplateString Write(object? value)
    {
        WriteValue(value);
        var text = _text.ToString();
        return _holdsData ? TemplateString.FromData(text) : TemplateString.FromTemplate(text);
    }

    private void WriteValue(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        state.Spend(1);
        state.RequireLength(_text.Length);
        switch (value)
        {
            case TemplateString text:
                WriteText(text);
                break;
            case IReadOnlyList<object?> list:
                WriteList(list);
                break;
            case TemplateMap map:
                WriteMap(map);
                break;
            case Undefined:
                _text.Append("Undefined");
                break;
            default:
                _text.Append(TemplateValues.ToText(state, value).Text);
                break;
        }
    }

    private void WriteList(IReadOnlyList<object?> list)
    {
        _text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            _text.Append(i == 0 ? "" : ", ");
            WriteValue(list[i]);
        }

        _text.Append(']');
    }

    private void WriteMap(TemplateMap map)
    {
        _text.Append('{');
        for (var i = 0; i < map.Count; i++)
        {
            _text.Append(i == 0 ? "" : ", ");
            WriteText(map.Keys[i]);
            _text.Append(": ");
            WriteValue(map.Values[i]);
        }

        _text.Append('}');
    }

    private void WriteText(TemplateString text)
    {
        state.SpendText(text.Text.Length);
        _holdsData |= text.Literals.Length > 0;
        var quote = text.Text.Contains('\'') && !text.Text.Contains('"') ? '"' : '\'';
        _text.Append(quote);
        foreach (var rune in text.Text.EnumerateRunes())
        {
            WriteRune(rune, quote);
        }

        _text.Append(quote);
    }

    private void WriteRune(Rune rune, char quote)
    {
        _ = rune.Value switch
        {
            '\n' => _text.Append("\\n"),
            '\r' => _text.Append("\\r"),
            '\t' => _text.Append("\\t"),
            '\\' => _text.Append("\\\\"),
            _ when rune.Value == quote => _text.Append('\\').Append(quote),
            _ when IsPrintable(rune) => _text.Append(rune),
            <= 0xFF => AppendCode('x', "x2"),
            <= 0xFFFF => AppendCode('u', "x4"),
            _ => AppendCode('U', "x8"),
        };

        StringBuilder AppendCode(char kind, string digits) =>
            _text.Append('\\').Append(kind).Append(rune.Value.ToString(digits, CultureInfo.InvariantCulture));
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
