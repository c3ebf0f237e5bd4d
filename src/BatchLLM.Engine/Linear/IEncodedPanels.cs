namespace BatchLLM.Engine.Linear;

/// <summary>Panels that kernels can decode in registers, without a stop in memory.</summary>
internal unsafe interface IEncodedPanels : IPanelStore
{
    /// <summary>How weights stand.</summary>
    WeightEncoding Encoding { get; }

    /// <summary>A panel's first byte; panels follow each other at one distance.</summary>
    /// <param name="panel">Which panel.</param>
    byte* Encoded(int panel);
}
