namespace BatchLLM.Checkpoints;

/// <summary>One tensor as its file describes it, already checked.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="ByteCount">Bytes of all elements.</param>
internal sealed record TensorEntry(string Name, TensorType Type, long[] Shape, long Offset, long ByteCount);
