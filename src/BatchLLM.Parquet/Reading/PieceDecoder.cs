using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Decodes the values of a page that comes in pieces; those read at once are of one piece.</summary>
internal sealed class PieceDecoder(PagePieces pieces, PagePlace place) : ValueDecoder
{
    private PagePiece? _piece;
    private int _left;

    /// <inheritdoc/>
    public override async ValueTask LoadAsync()
    {
        if (_left == 0)
        {
            _piece = await pieces.NextAsync();
            _left = _piece?.Count ?? 0;
        }
    }

    /// <summary>Behind the last value all rows may be read at once: they are nulls, or the page is broken.</summary>
    /// <inheritdoc/>
    public override int Ready(int most) => _left == 0 ? most : Math.Min(most, _left);

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        if (count > _left)
        {
            throw pieces.Fault is { } fault
                ? place.Damaged($"{fault}")
                : place.Damaged($"the page's values end {count - _left} too early");
        }

        if (_piece is { } piece)
        {
            target.Bytes = piece.Bytes;
            piece.Slices.AsSpan(piece.Count - _left, count).CopyTo(target.Slices);
            _left -= count;
        }
    }
}
