using System.Text;

namespace BatchLLM.Tests.Blobs.Csv;

/// <summary>A table as a file, written as freely as RFC 4180 allows, and what must be read from it.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Header">Its columns.</param>
/// <param name="Rows">For each row its line and its fields; null for a row that has too few or too many.</param>
internal sealed record RandomCsv(byte[] Bytes, string[] Header, List<(long Line, string[]? Fields)> Rows)
{
    private static readonly string[] Words =
        ["a", "größe", "日本語", "😀", "\u2028", "\"quoted\"", "\"", ",", "\n", "\r\n", "\r", " ", "İı", "", ";", "\t"];

    public static RandomCsv Create(Random random)
    {
        var header = Enumerable.Range(0, random.Next(1, 6)).Select(i => $"column {i}\"{Words[i]}").ToArray();
        var text = new StringBuilder(random.Next(3) == 0 ? "\uFEFF" : "");
        Blanks(text, random);
        Append(text, header, random);
        var rows = new List<(long, string[]?)>();
        for (var count = random.Next(40); count > 0; count--)
        {
            Blanks(text, random);
            var line = text.ToString().Count(c => c == '\n') + 1;
            var fields = Fields(header.Length + (random.Next(8) == 0 ? random.Next(1, 3) : 0), random);
            rows.Add((line, fields.Length == header.Length ? fields : null));
            Append(text, fields, random);
        }

        if (random.Next(2) == 0)
        {
            text.Length -= text[^2] == '\r' ? 2 : 1; // the last newline is optional
        }

        return new RandomCsv(Encoding.UTF8.GetBytes(text.ToString()), header, rows);
    }

    private static string[] Fields(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ =>
        string.Concat(random.GetItems(Words, random.Next(20) == 0 ? 500 : random.Next(4))))];

    private static void Append(StringBuilder text, string[] fields, Random random)
    {
        var quoted = fields.Select(field => MustQuote(field) || fields.Length == 1 || random.Next(3) == 0
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : field);
        text.Append(string.Join(',', quoted)).Append(random.Next(2) == 0 ? "\r\n" : "\n");
    }

    private static bool MustQuote(string field) => field.AsSpan().ContainsAny("\",\r\n");

    private static void Blanks(StringBuilder text, Random random) =>
        text.Append(random.Next(10) == 0 ? "\r\n\n" : "");
}
