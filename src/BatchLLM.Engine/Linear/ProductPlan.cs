namespace BatchLLM.Engine.Linear;

/// <summary>How a product is cut into (row chunk, panel group) pieces. The cut changes no bits.</summary>
/// <param name="Rows">Rows in all.</param>
/// <param name="TileRows">Rows of a tile: chunks are cut between tiles, so that but for the last all tiles are whole.</param>
/// <param name="Chunks">Chunks of rows, as equal as they can be.</param>
/// <param name="Panels">Panels that pieces share out; with gate and up, the gate's.</param>
/// <param name="GroupPanels">Panels of a piece; the last group may have fewer.</param>
internal readonly record struct ProductPlan(int Rows, int TileRows, int Chunks, int Panels, int GroupPanels)
{
    /// <summary>Most rows of a chunk: their run of k stays in the second-level cache while a group's panels pass.</summary>
    public const int MaxChunkRows = 192;

    /// <summary>Most columns of a group.</summary>
    public const int MaxGroupColumns = 128;

    // With fewer pieces than that per thread, the last one of a stage is waited for too long.
    private const int PiecesPerWorker = 6;

    /// <summary>Decides.</summary>
    /// <param name="rows">Rows of input.</param>
    /// <param name="tileRows">Rows that tiles are best cut at.</param>
    /// <param name="panels">Panels to share out.</param>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="workers">Threads.</param>
    public static ProductPlan Of(int rows, int tileRows, int panels, int width, int workers)
    {
        var tiles = (rows + tileRows - 1) / tileRows;
        var chunkTiles = MaxChunkRows / tileRows;
        var chunks = (tiles + chunkTiles - 1) / chunkTiles;
        var fair = panels * chunks / (workers * PiecesPerWorker);
        return new ProductPlan(rows, tileRows, chunks, panels, Math.Clamp(fair, 1, Math.Max(1, MaxGroupColumns / width)));
    }

    /// <summary>Pieces in all.</summary>
    public int Count => Chunks * Groups;

    private int Tiles => (Rows + TileRows - 1) / TileRows;

    private int Groups => (Panels + GroupPanels - 1) / GroupPanels;

    /// <summary>One piece: groups vary fastest, so that consecutive pieces share a chunk's rows in the cache.</summary>
    public ProductPiece Piece(int item)
    {
        var (chunk, group) = Math.DivRem(item, Groups);
        var (first, end) = (chunk * Tiles / Chunks * TileRows, Math.Min(Rows, (chunk + 1) * Tiles / Chunks * TileRows));
        var panel = group * GroupPanels;
        return new ProductPiece(first, end - first, panel, Math.Min(GroupPanels, Panels - panel));
    }
}
