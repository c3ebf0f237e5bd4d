namespace BatchLLM.Prompts.Templates;

/// <summary>The value of what was never set: prints as nothing, is false, has no members.</summary>
internal sealed class Undefined
{
    /// <summary>The only instance.</summary>
    public static readonly Undefined Value = new();

    private Undefined()
    {
    }
}
