namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Computes the bytes of one row of a tensor from the weights of that row.</summary>
/// <param name="row">Which row.</param>
/// <param name="weights">Unquantized. // [inputs]</param>
/// <param name="bytes">Receives all of the row's bytes.</param>
internal delegate void RowEncoder(int row, ReadOnlySpan<float> weights, Span<byte> bytes);
