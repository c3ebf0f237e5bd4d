namespace BatchLLM.Engine.Linear;

/// <summary>Weights of one linear layer in column panels, [panels, depth, width], in whatever precision they are kept.</summary>
internal unsafe interface IPanelStore : IDisposable
{
    /// <summary>Bytes of memory.</summary>
    long ByteCount { get; }

    /// <summary>A run of k of one panel as float32, but for the column's scale: the weights themselves, or decoded into the scratch.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="k">First k.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Room for count x width elements, 64-byte aligned.</param>
    float* Run(int panel, int k, int count, float* scratch);

    /// <summary>What sums of a panel's columns, and of those of the panels after it, are multiplied by; null for one. // [columns]</summary>
    /// <param name="panel">Which panel.</param>
    float* Scales(int panel);
}
