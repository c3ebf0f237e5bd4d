namespace BatchLLM.Engine.Attention;

/// <summary>Whose keys and values.</summary>
/// <param name="Layer">Which layer.</param>
/// <param name="Head">Which key head.</param>
internal readonly record struct KvPlace(int Layer, int Head);
