namespace BatchLLM.Prompts.Templates;

/// <summary>
/// The variables of a template or of one pass through a loop; a loop sees those around it but does not set them.
/// </summary>
internal sealed class TemplateScope(TemplateScope? outer = null)
{
    private readonly Dictionary<string, object?> _variables = [];

    /// <summary>The value of a variable; undefined if it was never set.</summary>
    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return Undefined.Value;
    }

    /// <summary>Sets a variable here.</summary>
    public void Set(string name, object? value) => _variables[name] = value;

    private TemplateScope? Outer => outer;
}
