using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>
/// Finds rows whose id an earlier row has, by 128 bits of SHA-256: two different ids collide with probability below 1e-26
/// at a million rows, so a false alarm is not a case to handle. Memory goes with the duplicates, not with the rows.
/// </summary>
/// <param name="scratch">Where digests are set aside.</param>
/// <param name="rows">How many rows to expect.</param>
internal sealed class DuplicateIds(IScratch scratch, long rows)
{
    private readonly DuplicateFinder _finder = new(scratch, rows);
    private readonly Lock _lock = new();

    /// <summary>Takes a row's id. Many threads may call it.</summary>
    public void Add(int file, long row, string id)
    {
        var keyed = KeyOf(file, row, line: 0, id);
        lock (_lock)
        {
            _finder.Add(keyed);
        }
    }

    /// <summary>A row by its id.</summary>
    public static KeyedRow KeyOf(int file, long row, long line, string id)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan();
        return new KeyedRow(
            BinaryPrimitives.ReadUInt64LittleEndian(digest), BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]),
            row, line, file, Tokens: 0, IsGreedy: false);
    }

    /// <summary>File and number of every such row, in input order.</summary>
    public IReadOnlyList<(int File, long Row)> Find() =>
        [.. _finder.Find().Select(pair => (pair.Row.File, pair.Row.Row)).Order()];
}
