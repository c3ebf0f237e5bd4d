namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Elements of a stored tensor as the engine takes them. Safe from several threads.</summary>
internal interface IElements<T>
{
    /// <summary>Copies consecutive elements.</summary>
    /// <param name="start">First element, counted over the whole tensor.</param>
    /// <param name="destination">Receives them.</param>
    void Read(long start, Span<T> destination);
}
