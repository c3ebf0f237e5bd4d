namespace BatchLLM.Engine.Attention;

/// <summary>Some positions of one chunk, and the queries of a tile that read them from the same blocks.</summary>
/// <param name="Row">A row of the step whose blocks hold the positions.</param>
/// <param name="FirstPosition">First position, a multiple of 8.</param>
/// <param name="EndPosition">Behind the last position; the last query sees all of them.</param>
/// <param name="FirstQuery">First query, even.</param>
/// <param name="EndQuery">Behind the last query, even. Positions of the queries ascend, unless all see all of the part.</param>
internal readonly record struct TilePart(int Row, int FirstPosition, int EndPosition, int FirstQuery, int EndQuery);
