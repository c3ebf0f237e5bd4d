namespace BatchLLM.Parquet.Reading;

/// <summary>Some whole values of a page.</summary>
/// <param name="Room">What was handed out for it: says where the values stand.</param>
/// <param name="Bytes">Holds them: the room's own bytes, or an array that was rented because these were too few.</param>
/// <param name="Count">How many; at least 1.</param>
internal readonly record struct PagePiece(PieceRoom Room, byte[] Bytes, int Count);
