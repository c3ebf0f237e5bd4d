namespace BatchLLM.Engine.Linear;

/// <summary>What one thread computes of a product at a time.</summary>
/// <param name="FirstRow">First row.</param>
/// <param name="Rows">Rows.</param>
/// <param name="FirstPanel">First panel.</param>
/// <param name="Panels">Panels.</param>
internal readonly record struct ProductPiece(int FirstRow, int Rows, int FirstPanel, int Panels);
