using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Decodes the values of a page that comes in pieces; those read at once are of one piece.</summary>
internal sealed class PieceDecoder(PagePieces pieces, ParquetColumnType type, PagePlace place) : ValueDecoder
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
            Read(target, piece, piece.Count - _left, count);
            _left -= count;
        }
    }

    private void Read(ColumnValues target, PagePiece piece, int first, int count)
    {
        if (piece.Slices.Length > 0)
        {
            target.Bytes = piece.Bytes;
            piece.Slices.AsSpan(first, count).CopyTo(target.Slices);
            return;
        }

        var rest = new PageValues(piece.Bytes, piece.Start + (first * type.PlainSize), piece.Bytes.Length, type, place);
        rest.DecodePlain().Read(target, count);
    }
}
