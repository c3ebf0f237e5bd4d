namespace BatchLLM.Prompts.Templates;

/// <summary>The variable <c>loop</c> inside a loop.</summary>
/// <param name="items">All items of the loop.</param>
internal sealed class TemplateLoop(IReadOnlyList<object?> items)
{
    /// <summary>The current item, from 0.</summary>
    public int Index { get; set; }

    /// <summary>A member by name; undefined if there is none.</summary>
    public object? Member(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(items.Count - Index),
        "revindex0" => items.Count - Index - 1L,
        "first" => TemplateValues.Truth(Index == 0),
        "last" => TemplateValues.Truth(Index == items.Count - 1),
        "length" => (long)items.Count,
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : Undefined.Value,
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : Undefined.Value,
        _ => Undefined.Value,
    };
}
