namespace BatchLLM.Checkpoints.Quantize;

/// <summary>A checkpoint that comes into being layer by layer.</summary>
internal interface ICheckpointTarget
{
    /// <summary>Writes a layer; it is on the device on return. Writing the last layer again replaces it by the same bytes.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="statistics">What calibration saw; null for a layout that needs none.</param>
    /// <param name="cancellationToken">Stops; the layer is then not written.</param>
    void WriteLayer(int layer, LayerStatistics? statistics, CancellationToken cancellationToken);

    /// <summary>Writes everything else, and last of all the file without which no program takes the directory for a model.</summary>
    void Finish(CancellationToken cancellationToken);
}
