namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Runs the calibration prompts through an unquantized model, one layer at a time.</summary>
public interface ILayerCalibration
{
    /// <summary>Tells these prompts from others; the same for the same tokens.</summary>
    string Digest { get; }

    /// <summary>
    /// Runs all prompts through a layer. Its predecessor must have run before, in this process or in a former one; a layer
    /// may run again until its successor has.
    /// </summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="report">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops soon; the layer has then not run.</param>
    LayerStatistics Run(int layer, Action<double> report, CancellationToken cancellationToken);

    /// <summary>The model's rotary angles at all positions of its context.</summary>
    StoredRope Angles();
}
