namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A constant tensor of the graph, its bytes already located and counted.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes in elements, outermost first.</param>
/// <param name="Bytes">Where they lie.</param>
/// <param name="Entry">What lies there; 4-bit codes are U8 of shape [ceil(elements / 2)].</param>
internal sealed record OnnxInitializer(OnnxType Type, long[] Shape, ITensorBytes Bytes, TensorEntry Entry)
{
    /// <summary>The name in the graph.</summary>
    public string Name => Entry.Name;

    /// <summary>The stored elements; of 4-bit codes, the packed bytes.</summary>
    public Tensor Data { get; } = new(Bytes, Entry);

    /// <summary>Elements in all; the product of the shape, which was checked against the bytes.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The same elements under another name and shape.</summary>
    public Tensor As(string name, IReadOnlyList<long> shape) => new(Bytes, Entry with { Name = name, Shape = [.. shape] });

    /// <summary>Type, name and shape for messages.</summary>
    public string Label => $"tensor '{Name}' is {Type} of shape [{string.Join(", ", Shape)}]";
}
