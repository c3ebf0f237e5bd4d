using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Some whole values of a page.</summary>
/// <param name="Room">Where it was cut from; stays as it is until the piece is given back.</param>
/// <param name="Bytes">The room's bytes when it was cut.</param>
/// <param name="Start">Where the first value begins in them, or its length.</param>
/// <param name="Slices">Where the values stand in them; empty if all are of one size, with nothing between them.</param>
/// <param name="Count">How many there are; none in the last piece of a page, or where one takes more than is left of a room.</param>
internal readonly record struct PagePiece(PieceRoom Room, byte[] Bytes, int Start, ByteSlice[] Slices, int Count);
