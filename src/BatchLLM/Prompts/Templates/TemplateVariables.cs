namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Gives every variable of a template its slot while it is parsed, so that rendering looks up nothing by name. A body
/// that is a scope of its own gets slots of its own for what it sets.
/// </summary>
internal sealed class TemplateVariables
{
    private readonly Dictionary<string, int> _root = new(StringComparer.Ordinal);
    private readonly Stack<Scope> _scopes = new();
    private readonly List<int> _declared = [];

    /// <summary>The slots of the variables that no inner scope sets.</summary>
    public IReadOnlyDictionary<string, int> Root => _root;

    /// <summary>How many slots there are.</summary>
    public int Count { get; private set; }

    /// <summary>The slot that a name means here.</summary>
    public int Resolve(string name)
    {
        foreach (var scope in _scopes)
        {
            if (scope.Slots.TryGetValue(name, out var slot))
            {
                return slot;
            }
        }

        return RootSlot(name);
    }

    /// <summary>The slot to set a name in here; it begins with what the name meant outside.</summary>
    public int Assign(string name)
    {
        if (_scopes.Count == 0)
        {
            return RootSlot(name);
        }

        var scope = _scopes.Peek();
        if (!scope.Slots.TryGetValue(name, out var slot))
        {
            var outer = Resolve(name);
            slot = Declare(name);
            scope.Inherited.Add(new InheritedVariable(slot, outer));
        }

        return slot;
    }

    /// <summary>A new slot for a name that begins undefined here, or is set at once.</summary>
    public int Declare(string name)
    {
        _declared.Add(Count);
        return _scopes.Peek().Slots[name] = Count++;
    }

    /// <summary>How many slots inner scopes have so far.</summary>
    public int DeclaredCount => _declared.Count;

    /// <summary>The slots that inner scopes got since there were so many of them.</summary>
    public int[] DeclaredSince(int count) => [.. _declared.Skip(count)];

    /// <summary>Begins an inner scope.</summary>
    public void Enter() => _scopes.Push(new Scope([], []));

    /// <summary>Ends the inner scope; what its variables begin with each time it is run.</summary>
    public InheritedVariable[] Leave() => [.. _scopes.Pop().Inherited];

    private int RootSlot(string name)
    {
        if (!_root.TryGetValue(name, out var slot))
        {
            slot = Count++;
            _root.Add(name, slot);
        }

        return slot;
    }

    private sealed record Scope(Dictionary<string, int> Slots, List<InheritedVariable> Inherited);
}
