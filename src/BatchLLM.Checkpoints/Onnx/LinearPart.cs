namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A layer's share of a linear node: all of it, or queries, keys or values of a packed one.</summary>
/// <param name="Module">The module, by its name in safetensors checkpoints.</param>
/// <param name="Linear">The node.</param>
/// <param name="Packed">Modules that share the node, in their order along its outputs; this one among them.</param>
internal sealed record LinearPart(string Module, LinearNode Linear, IReadOnlyList<string> Packed);
