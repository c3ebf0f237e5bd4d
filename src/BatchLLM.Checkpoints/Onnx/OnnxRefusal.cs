namespace BatchLLM.Checkpoints.Onnx;

/// <summary>
/// What ends the walk over a graph: beyond a node that is not understood, nothing can be said about the rest. It never
/// leaves <see cref="OnnxModel.Open"/>, which makes it one of the model's problems.
/// </summary>
/// <param name="message">One sentence for the problems.</param>
internal sealed class OnnxRefusal(string message) : Exception(message);
