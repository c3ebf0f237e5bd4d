using System.Numerics;
using BatchLLM.Parquet.Encodings;

namespace BatchLLM.Parquet.Reading;

/// <summary>The levels of one kind of one page, read forward.</summary>
/// <param name="runs">The encoded levels; null if every level is 0.</param>
/// <param name="most">The largest level that the schema has.</param>
/// <param name="kind">repetition or definition.</param>
/// <param name="place">For messages.</param>
internal sealed class LevelDecoder(HybridDecoder? runs, int most, string kind, PagePlace place)
{
    /// <summary>Bits that a level takes.</summary>
    /// <param name="most">The largest level.</param>
    public static int BitWidth(int most) => BitOperations.Log2((uint)most) + (most == 0 ? 0 : 1);

    /// <summary>Reads which of the next rows of a flat column have a value.</summary>
    /// <param name="defined">1 where the level is the largest, else 0.</param>
    /// <param name="room">Room for as many levels.</param>
    /// <returns>How many have one.</returns>
    public int ReadDefined(Span<byte> defined, Span<int> room)
    {
        if (runs is null)
        {
            return defined.Length;
        }

        if (most == 1)
        {
            runs.ReadBits(defined);
        }
        else
        {
            Read(defined, room);
            foreach (ref var level in defined)
            {
                level = (byte)(level == most ? 1 : 0);
            }
        }

        return defined.Count((byte)1);
    }

    /// <summary>Reads the next levels.</summary>
    /// <param name="levels">Filled completely.</param>
    /// <param name="room">Room for as many.</param>
    public void Read(Span<byte> levels, Span<int> room)
    {
        levels.Clear();
        if (runs is null)
        {
            return;
        }

        room = room[..levels.Length];
        runs.Read(room);
        for (var i = 0; i < room.Length; i++)
        {
            levels[i] = (uint)room[i] <= (uint)most
                ? (byte)room[i]
                : throw place.Damaged($"a {kind} level is {room[i]}; expected at most {most}");
        }
    }
}
