using System.Runtime.InteropServices;

namespace BatchLLM.Prompts.Templates;

/// <summary>Collects texts and joins them once.</summary>
internal sealed class TemplateStringBuilder(RenderState state)
{
    private readonly List<TemplateString> _parts = new(16);
    private long _length;

    /// <summary>Appends a text.</summary>
    /// <exception cref="TemplateException">The whole becomes too long.</exception>
    public TemplateStringBuilder Append(TemplateString value)
    {
        if (value.Text.Length > 0)
        {
            _length += value.Text.Length;
            state.RequireLength(_length);
            _parts.Add(value);
        }

        return this;
    }

    /// <summary>The joined text.</summary>
    public TemplateString Build() =>
        _parts.Count == 1 ? _parts[0] : TemplateString.Concat(state, CollectionsMarshal.AsSpan(_parts));
}
