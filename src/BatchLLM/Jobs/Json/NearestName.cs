namespace BatchLLM.Jobs.Json;

/// <summary>Finds what a misspelt name probably meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name with the fewest edits (insert, delete, replace, swap of neighbours), or null if that takes more than
    /// a third of the word: a far-fetched guess is worse than the list of names.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var (best, bestEdits) = ((string?)null, (Math.Max(name.Length, 3) / 3) + 1);
        foreach (var candidate in known)
        {
            // Each character more is an edit: a table for a name of a megabyte would take a gigabyte.
            if (Math.Abs(candidate.Length - name.Length) >= bestEdits)
            {
                continue;
            }

            var edits = Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits < bestEdits)
            {
                (best, bestEdits) = (candidate, edits);
            }
        }

        return best;
    }

    /// <summary>Optimal string alignment distance, by its recurrence on a whole table: names are short.</summary>
    private static int Edits(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1]; // [prefix of a, prefix of b]
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Cell(table, a, b, i, j);
            }
        }

        return table[a.Length, b.Length];
    }

    private static int Cell(int[,] table, string a, string b, int i, int j)
    {
        var replace = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var edits = Math.Min(replace, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
        var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(edits, table[i - 2, j - 2] + 1) : edits;
    }
}
