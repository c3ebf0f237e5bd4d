namespace BatchLLM.Engine.Linear;

/// <summary>The innermost integer product: a few rows times a few strips of 16 columns.</summary>
internal unsafe interface IIntegerKernel
{
    /// <summary>Most rows of a tile.</summary>
    int Rows { get; }

    /// <summary>Strips of a tile.</summary>
    int Strips { get; }

    /// <summary>How operands are laid out.</summary>
    IntegerForm Form { get; }

    /// <summary>True if weights are read as they are packed, false if they are expanded beforehand.</summary>
    bool ReadsCodes { get; }

    /// <summary>Adds one tile's products to its sums.</summary>
    /// <param name="tile">Where everything stands.</param>
    /// <param name="rows">1 to <see cref="Rows"/>.</param>
    void Multiply(IntegerTile* tile, int rows);
}
