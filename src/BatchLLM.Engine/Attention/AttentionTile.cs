namespace BatchLLM.Engine.Attention;

/// <summary>Rows of a step that are attended together.</summary>
/// <param name="First">Where they begin in the order of <see cref="AttentionTiles"/>.</param>
/// <param name="Count">Rows.</param>
/// <param name="SharedChunks">Chunks of positions that all of them read from the same blocks.</param>
internal readonly record struct AttentionTile(int First, int Count, int SharedChunks);
