using System.Text.Json;

namespace BatchLLM.Jobs.Json;

/// <summary>
/// One JSON value that knows where it was written. System.Text.Json's own trees keep neither positions nor duplicates.
/// </summary>
internal sealed record JsonTree(JsonValueKind Kind, JsonPlace Place)
{
    /// <summary>A string's value or a number's digits as written; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>An object's members in file order; else empty.</summary>
    public IReadOnlyList<JsonMember> Members { get; init; } = [];

    /// <summary>An array's items; else empty.</summary>
    public IReadOnlyList<JsonTree> Items { get; init; } = [];

    /// <summary>The member's value, or null.</summary>
    public JsonTree? Find(string name) => Members.FirstOrDefault(member => member.Name == name)?.Value;
}
