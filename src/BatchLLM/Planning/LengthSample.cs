using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>Which rows of a window start first, to learn how long completions get.</summary>
internal static class LengthSample
{
    private const int RowsPerSample = 100;
    private const int LeastRows = 16;
    private const int CachePerPrefixes = 4;

    /// <summary>
    /// Takes one row in a hundred, at least 16, evenly from all rows. Their units come first from now on, so their
    /// prefixes are not pinned for long, and only units are begun whose prefixes take a quarter of the cache together.
    /// </summary>
    /// <param name="units">In order; those begun are moved to the front.</param>
    /// <param name="limits">The runner's sizes.</param>
    /// <returns>The rows with their units, those of a unit next to each other.</returns>
    public static List<(PlanUnit Unit, InferenceRequest Row)> Take(List<PlanUnit> units, RunnerLimits limits)
    {
        var rows = units.Sum(unit => unit.Rows.Length);
        var wanted = Math.Min(rows, Math.Max(LeastRows, rows / RowsPerSample));
        var room = Scheduler.Capacity(limits) / CachePerPrefixes;
        var sample = new List<(PlanUnit, InferenceRequest)>();
        var first = 0; // rows before the unit
        foreach (var unit in units)
        {
            var places = Places(first, unit.Rows.Length, rows, wanted);
            first += unit.Rows.Length;
            if (places.Count > 0 && (sample.Count == 0 || (unit.Prefix?.Length ?? 0) <= room))
            {
                room -= unit.Prefix?.Length ?? 0;
                sample.AddRange(unit.Take(places).Select(row => (unit, row)));
            }
        }

        TopUp(sample, wanted);
        MoveBegunToFront(units);
        return sample;
    }

    // The middle of each of the equal parts that all rows are cut into, as far as it is among these.
    private static List<int> Places(int first, int count, int rows, int wanted)
    {
        var places = new List<int>();
        for (var part = (long)first * wanted / rows; part < wanted; part++)
        {
            var place = ((((2 * part) + 1) * rows) / (2L * wanted)) - first;
            if (place >= count)
            {
                break;
            }

            if (place >= 0)
            {
                places.Add((int)place);
            }
        }

        return places;
    }

    // What was not taken for want of room, the units that are begun make up for.
    private static void TopUp(List<(PlanUnit Unit, InferenceRequest Row)> sample, int wanted)
    {
        for (var index = 0; index < sample.Count && sample.Count < wanted; index++)
        {
            var unit = sample[index].Unit;
            var isLast = index == sample.Count - 1 || sample[index + 1].Unit != unit;
            if (isLast && !unit.Rows.IsEmpty)
            {
                sample.Insert(index + 1, (unit, unit.Take()!));
            }
        }
    }

    private static void MoveBegunToFront(List<PlanUnit> units)
    {
        PlanUnit[] order = [.. units.OrderBy(unit => unit.IsBegun ? 0 : 1)];
        units.Clear();
        units.AddRange(order);
    }
}
