namespace BatchLLM.Engine.Attention;

/// <summary>Rows of a step that are attended together.</summary>
/// <param name="FirstRun">Where its runs begin in <see cref="AttentionTiles"/>.</param>
/// <param name="RunCount">Runs.</param>
/// <param name="QueryCount">Queries of one key head.</param>
/// <param name="SharedTokens">Positions that all rows read from the same blocks: whole blocks.</param>
internal readonly record struct AttentionTile(int FirstRun, int RunCount, int QueryCount, int SharedTokens);
