namespace BatchLLM.Tokens;

/// <summary>Where a mark for a space is put in front of text that has none.</summary>
internal enum PrependScheme
{
    /// <summary>Nowhere.</summary>
    Never,

    /// <summary>At the start of the prompt.</summary>
    First,

    /// <summary>At the start and after every added token.</summary>
    Always,
}
