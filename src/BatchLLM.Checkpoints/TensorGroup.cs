namespace BatchLLM.Checkpoints;

/// <summary>Tensors of one kind in a checkpoint, summed up for a reader.</summary>
/// <param name="Name">What they are: embedding, attention, feed-forward, norms, head, other.</param>
/// <param name="Types">Precisions found: element types by their names in the format, "E2M1" for packed NVFP4, "scales T" for scales.</param>
/// <param name="TensorCount">How many tensors.</param>
/// <param name="ParameterCount">Weights of the model; scales do not count.</param>
/// <param name="SizeInBytes">Bytes on disk.</param>
public sealed record TensorGroup(
    string Name, IReadOnlyList<string> Types, int TensorCount, long ParameterCount, long SizeInBytes);
