namespace BatchLLM.Engine.Attention;

/// <summary>Consecutive rows of one sequence in a tile.</summary>
/// <param name="Row">The first row of the step.</param>
/// <param name="Count">Rows.</param>
/// <param name="FirstQuery">The first row's first query in the tile; even.</param>
/// <param name="EndQuery">Behind the last query; even: the last of an odd number stands there twice.</param>
internal readonly record struct AttentionRun(int Row, int Count, int FirstQuery, int EndQuery);
