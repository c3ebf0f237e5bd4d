namespace BatchLLM.Checkpoints.Quantize;

/// <summary>A safetensors layout: how it stores the linear layers, and what its configuration files say.</summary>
internal interface ILayerTensors
{
    /// <summary>Tensors of the seven linear layers.</summary>
    /// <param name="layer">Which layer of the model.</param>
    /// <param name="statistics">What calibration saw; null for a layout that needs none.</param>
    IEnumerable<NewTensor> Of(int layer, LayerStatistics? statistics);

    /// <summary>The value of config.json's quantization_config; null for a layout without.</summary>
    System.Text.Json.Nodes.JsonObject? InlineConfig();

    /// <summary>The content of hf_quant_config.json; null for a layout without.</summary>
    System.Text.Json.Nodes.JsonObject? QuantConfigFile();
}
