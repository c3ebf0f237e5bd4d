using System.Buffers.Binary;
using System.Numerics;
using BatchLLM.Rows;

namespace BatchLLM.Incremental;

/// <summary>
/// The answers of an earlier run by the hash of their rows, outside memory: a table with open addresses, and the answers behind
/// one another. Of two rows that are alike the first one's answer is kept. Threads may search it together.
/// </summary>
/// <remarks>
/// A sorted file would be half as large, and would need a sort outside memory and several reads for each search instead of one
/// or two.
/// </remarks>
public sealed class EarlierAnswers : IDisposable
{
    // Hash, then the answer's place plus one: 0 is an empty slot.
    private const int SlotBytes = ContentHash.Bytes + sizeof(long);

    // More, and searches get long: at a half, one and a half slots on average.
    private const int SlotsPerRow = 2;

    private readonly IScratch _table;
    private readonly IScratch _answers;
    private readonly Lock _lock = new();
    private readonly ulong _mask;
    private long _end; // of the answers

    /// <summary>An empty one.</summary>
    /// <param name="scratch">Gives room.</param>
    /// <param name="rows">How many it will hold at most.</param>
    /// <exception cref="BatchLLMException">There is no room.</exception>
    public EarlierAnswers(Func<IScratch> scratch, long rows)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        (_table, _answers) = (scratch(), scratch());
        var slots = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(rows, 1) * SlotsPerRow);
        _mask = slots - 1;
        // All of it reads as zero from now on, and takes no room until it is written.
        _table.Write(((long)slots * SlotBytes) - 1, [0]);
    }

    /// <summary>Adds an answer.</summary>
    /// <exception cref="BatchLLMException">There is no room.</exception>
    public void Add(UInt128 hash, EarlierAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (_lock)
        {
            var (slot, place) = Search(hash);
            if (place is not null)
            {
                return;
            }

            Span<byte> bytes = stackalloc byte[SlotBytes];
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[ContentHash.Bytes..], Append(answer) + 1);
            _table.Write(slot * SlotBytes, bytes);
        }
    }

    /// <summary>The answer of a row that was like this one; null if there was none.</summary>
    /// <exception cref="BatchLLMException">The device failed.</exception>
    public EarlierAnswer? Find(UInt128 hash)
    {
        lock (_lock)
        {
            return Search(hash).Place is { } place ? Read(place) : null;
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Dispose()
    {
        _table.Dispose();
        _answers.Dispose();
    }

    private (long Slot, long? Place) Search(UInt128 hash)
    {
        Span<byte> bytes = stackalloc byte[SlotBytes];
        for (var slot = (ulong)hash & _mask; ; slot = (slot + 1) & _mask)
        {
            _table.Read((long)slot * SlotBytes, bytes);
            var place = BinaryPrimitives.ReadInt64LittleEndian(bytes[ContentHash.Bytes..]);
            if (place == 0)
            {
                return ((long)slot, null);
            }

            if (BinaryPrimitives.ReadUInt128LittleEndian(bytes) == hash)
            {
                return ((long)slot, place - 1);
            }
        }
    }

    private long Append(EarlierAnswer answer)
    {
        var bytes = answer.ToBytes();
        var place = _end;
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _answers.Write(place, length);
        _answers.Write(place + sizeof(int), bytes);
        _end += sizeof(int) + bytes.Length;
        return place;
    }

    private EarlierAnswer Read(long place)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        _answers.Read(place, length);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        _answers.Read(place + sizeof(int), bytes);
        return EarlierAnswer.FromBytes(bytes);
    }
}
