namespace BatchLLM.Checkpoints;

/// <summary>Tensors of one kind in a checkpoint, summed up for a reader.</summary>
/// <param name="Name">What they are: embedding, attention, feed-forward, norms, head, other.</param>
/// <param name="Types">Element types found, by their safetensors names.</param>
/// <param name="TensorCount">How many tensors.</param>
/// <param name="ParameterCount">Elements in all.</param>
/// <param name="SizeInBytes">Bytes on disk.</param>
public sealed record TensorGroup(
    string Name, IReadOnlyList<string> Types, int TensorCount, long ParameterCount, long SizeInBytes);
