namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Which part of a node's weights a layer has.</summary>
/// <param name="Node">MatMul or MatMulNBits.</param>
/// <param name="Outputs">Of the layer.</param>
/// <param name="Inputs">Of the layer and of the node.</param>
/// <param name="FirstOutput">Outputs of other layers before it in the same node.</param>
/// <param name="NodeOutputs">Outputs of the node.</param>
internal sealed record LinearPlace(OnnxNode Node, int Outputs, int Inputs, int FirstOutput, long NodeOutputs);
