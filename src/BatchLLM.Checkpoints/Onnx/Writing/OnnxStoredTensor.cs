namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>A tensor that stands in model.onnx_data; what a resumed export must know of it.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="DataType">Element type by ONNX's number: 10 for FLOAT16, 22 for INT4.</param>
/// <param name="Shape">Sizes in elements, outermost first.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
public sealed record OnnxStoredTensor(string Name, int DataType, IReadOnlyList<long> Shape, long Offset, long Length);
