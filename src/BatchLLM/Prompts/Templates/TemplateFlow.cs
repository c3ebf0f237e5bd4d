namespace BatchLLM.Prompts.Templates;

/// <summary>Where a rendering goes after a statement.</summary>
internal enum TemplateFlow
{
    /// <summary>On to the following statement.</summary>
    Next,

    /// <summary>Out of the innermost loop.</summary>
    Break,

    /// <summary>To the innermost loop's next item.</summary>
    Continue,
}
