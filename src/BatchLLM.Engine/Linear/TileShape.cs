namespace BatchLLM.Engine.Linear;

/// <summary>What a tile kernel computes at once.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Vectors">Vectors of columns in each panel.</param>
/// <param name="Panels">Panels.</param>
/// <param name="PanelWidth">Columns of a panel as it stands in memory; a kernel may compute fewer.</param>
internal readonly record struct TileShape(int Rows, int Vectors, int Panels, int PanelWidth)
{
    /// <summary>Registers that hold sums.</summary>
    public int Accumulators => Rows * Vectors * Panels;
}
