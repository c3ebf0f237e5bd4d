using System.Text;
using System.Text.Json;

namespace BatchLLM.Benchmarks;

/// <summary>Rows of 500 bytes of prose, drawn with a fixed seed from the demo's tickets.</summary>
internal static class TicketRows
{
    /// <summary>UTF-8 bytes of each row's text.</summary>
    public const int TextBytes = 500;

    private const string Source = "jobs/demo/heldout/tickets.jsonl";

    /// <summary>Texts without end. Run from the root of the checkout.</summary>
    public static IEnumerable<string> Texts()
    {
        var tickets = File.ReadLines(Source).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetString()!).ToArray();
        var random = new Random(1);
        while (true)
        {
            var text = new StringBuilder(2 * TextBytes);
            while (text.Length < TextBytes)
            {
                text.Append(tickets[random.Next(tickets.Length)]).Append(' ');
            }

            yield return text.ToString(0, TextBytes);
        }
    }

    /// <summary>Writes so many rows as JSONL: an id, a customer, the text.</summary>
    public static void Write(string path, int rows)
    {
        using var file = File.Create(path);
        foreach (var (row, text) in Texts().Take(rows).Index())
        {
            JsonSerializer.Serialize(file, new { id = row, customer = $"C-{row % 1000}", body = text });
            file.WriteByte((byte)'\n');
        }
    }
}
