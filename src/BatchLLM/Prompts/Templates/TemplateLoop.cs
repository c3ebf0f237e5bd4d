namespace BatchLLM.Prompts.Templates;

/// <summary>The variable <c>loop</c> inside a loop.</summary>
/// <param name="Items">All items of the loop.</param>
/// <param name="Index">The current one, from 0.</param>
internal sealed record TemplateLoop(IReadOnlyList<object?> Items, int Index)
{
    /// <summary>A member by name; undefined if there is none.</summary>
    public object? Member(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(Items.Count - Index),
        "revindex0" => Items.Count - Index - 1L,
        "first" => Index == 0,
        "last" => Index == Items.Count - 1,
        "length" => (long)Items.Count,
        "previtem" => Index > 0 ? Items[Index - 1] : Undefined.Value,
        "nextitem" => Index + 1 < Items.Count ? Items[Index + 1] : Undefined.Value,
        _ => Undefined.Value,
    };
}
