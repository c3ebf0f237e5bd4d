using BatchLLM.Blobs.Lines;

namespace BatchLLM.Blobs.Csv;

/// <summary>The columns of a CSV file, from its first record.</summary>
/// <param name="Names">Their names in order. Empty ones, which no placeholder can name, may repeat.</param>
internal sealed record CsvHeader(IReadOnlyList<string> Names)
{
    /// <summary>The header that a line holds.</summary>
    /// <exception cref="BatchLLMException">It is none.</exception>
    public static CsvHeader Read(ReadOnlySpan<byte> line, string uri)
    {
        var problem = LineFaults.FindInText(line)?.Message ?? FindLoneReturn(line);
        var names = problem is null ? ReadNames(line, out problem) : [];
        return (problem ?? FindProblem(names)) is { } fault
            ? throw new BatchLLMException($"{uri} has no usable header in its first line. {fault}")
            : new CsvHeader(names);
    }

    // Such a file is one line for this reader: its rows would pass for a header, and be missed by nobody.
    private static string? FindLoneReturn(ReadOnlySpan<byte> line) =>
        line.TrimEnd((byte)'\r').Contains((byte)'\r') && !line.Contains((byte)'"')
            ? "Its lines end in carriage returns alone; expected line feeds, with or without carriage returns before them: convert it."
            : null;

    private static List<string> ReadNames(ReadOnlySpan<byte> line, out string? problem)
    {
        var fields = new CsvFields(line);
        var names = new List<string>();
        while (fields.MoveNext())
        {
            names.Add(fields.Text);
        }

        problem = fields.Problem;
        return names;
    }

    // One column that no name has semicolons or tabs in: the rows would all fail for want of their columns.
    private static string? FindProblem(List<string> names)
    {
        if (names is [var only] && only.AsSpan().ContainsAny(';', '\t'))
        {
            return "Its fields are separated by semicolons or tabs; expected commas: export it as comma-separated values.";
        }

        var twice = names.Where(name => name.Length > 0).GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : $"The column '{twice.Key}' stands in it twice; expected different names: rename one.";
    }
}
