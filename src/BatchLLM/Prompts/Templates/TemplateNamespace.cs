namespace BatchLLM.Prompts.Templates;

/// <summary>A value whose members a template can set, also from inside a loop.</summary>
internal sealed class TemplateNamespace
{
    /// <summary>The members by name.</summary>
    public Dictionary<string, object?> Members { get; } = [];
}
