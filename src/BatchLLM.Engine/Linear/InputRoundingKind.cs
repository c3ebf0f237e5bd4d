namespace BatchLLM.Engine.Linear;

/// <summary>Formats that the input of a linear layer may be rounded to.</summary>
internal enum InputRoundingKind
{
    /// <summary>It stays as it is.</summary>
    None,

    /// <summary>E4M3 with one scale, known beforehand.</summary>
    E4M3Static,

    /// <summary>E4M3 with a scale per row, from the row's largest magnitude.</summary>
    E4M3PerRow,

    /// <summary>E2M1 with an E4M3 scale per 16 elements and one global scale.</summary>
    Nvfp4,

    /// <summary>Signed bytes with a scale per row.</summary>
    Int8PerRow,
}
