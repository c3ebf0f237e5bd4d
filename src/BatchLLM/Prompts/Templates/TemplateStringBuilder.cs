using System.Text;
using BatchLLM.Tokens;

namespace BatchLLM.Prompts.Templates;

/// <summary>Joins texts and keeps track of what came from the user's data.</summary>
internal sealed class TemplateStringBuilder(RenderState state)
{
    private readonly StringBuilder _text = new();
    private readonly List<TextSpan> _literals = [];

    /// <summary>Appends a text.</summary>
    public TemplateStringBuilder Append(TemplateString value)
    {
        state.RequireLength((long)_text.Length + value.Text.Length);
        foreach (var span in value.Literals)
        {
            AddLiteral(_text.Length + span.Start, span.Length);
        }

        _text.Append(value.Text);
        return this;
    }

    /// <summary>Appends a text of the template.</summary>
    public TemplateStringBuilder Append(string text)
    {
        state.RequireLength((long)_text.Length + text.Length);
        _text.Append(text);
        return this;
    }

    /// <summary>The joined text.</summary>
    public TemplateString Build() => new(_text.ToString(), _literals);

    private void AddLiteral(int start, int length)
    {
        if (_literals.Count > 0 && _literals[^1] is var last && last.Start + last.Length == start)
        {
            _literals[^1] = new TextSpan(last.Start, last.Length + length);
        }
        else
        {
            _literals.Add(new TextSpan(start, length));
        }
    }
}
