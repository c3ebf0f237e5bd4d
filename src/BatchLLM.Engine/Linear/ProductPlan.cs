namespace BatchLLM.Engine.Linear;

/// <summary>How a product is cut into (row chunk, panel group) pieces. The cut changes no bits.</summary>
/// <param name="Rows">Rows in all.</param>
/// <param name="Chunks">Chunks of rows, as equal as they can be.</param>
/// <param name="Panels">Panels that pieces share out; with gate and up, the gate's.</param>
/// <param name="GroupPanels">Panels of a piece; the last group may have fewer.</param>
internal readonly record struct ProductPlan(int Rows, int Chunks, int Panels, int GroupPanels)
{
    /// <summary>Most rows of a chunk: their run of k stays in the second-level cache while a group's panels pass.</summary>
    public const int MaxChunkRows = 192;

    /// <summary>Most columns of a group.</summary>
    public const int MaxGroupColumns = 128;

    // With fewer pieces than that per thread, the last one of a stage is waited for too long.
    private const int PiecesPerWorker = 6;

    /// <summary>Decides.</summary>
    /// <param name="rows">Rows of input.</param>
    /// <param name="panels">Panels to share out.</param>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="workers">Threads.</param>
    public static ProductPlan Of(int rows, int panels, int width, int workers)
    {
        var chunks = (rows + MaxChunkRows - 1) / MaxChunkRows;
        var fair = panels * chunks / (workers * PiecesPerWorker);
        return new ProductPlan(rows, chunks, panels, Math.Clamp(fair, 1, Math.Max(1, MaxGroupColumns / width)));
    }

    /// <summary>Pieces in all.</summary>
    public int Count => Chunks * Groups;

    private int Groups => (Panels + GroupPanels - 1) / GroupPanels;

    /// <summary>One piece: groups vary fastest, so that consecutive pieces share a chunk's rows in the cache.</summary>
    public ProductPiece Piece(int item)
    {
        var (chunk, group) = Math.DivRem(item, Groups);
        var (first, end) = (chunk * Rows / Chunks, (chunk + 1) * Rows / Chunks);
        var panel = group * GroupPanels;
        return new ProductPiece(first, end - first, panel, Math.Min(GroupPanels, Panels - panel));
    }
}
