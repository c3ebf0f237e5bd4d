using System.Text;
using System.Text.Json;

namespace BatchLLM.Tests.Blobs.Jsonl;

/// <summary>Files with everything that may stand in one, by seed.</summary>
internal static class RandomJsonl
{
    private static readonly string[] Words =
        ["a", "größe", "日本語", "😀", "\u2028", "\"quoted\"", "back\\slash", "tab\t", ""];

    public static byte[] File(Random random)
    {
        using var file = new MemoryStream();
        if (random.Next(4) == 0)
        {
            file.Write("\uFEFF"u8);
        }

        var lines = random.Next(60);
        for (var i = 0; i < lines; i++)
        {
            file.Write(Line(random));
            file.Write(random.Next(3) == 0 ? "\r\n"u8 : "\n"u8);
        }

        if (random.Next(2) == 0)
        {
            file.Write(Line(random)); // a last line without a newline
        }

        return file.ToArray();
    }

    private static byte[] Line(Random random) => random.Next(12) switch
    {
        0 => [],
        1 => Encoding.ASCII.GetBytes(" \t\r "[..random.Next(5)]),
        2 => "[1,2]"u8.ToArray(),
        3 => "{\"a\":1"u8.ToArray(),
        4 => [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8],
        5 => new byte[random.Next(1, 400)],
        6 => Encoding.ASCII.GetBytes(new string(' ', random.Next(1, 400))), // blank, and maybe over the limit
        7 => Object(random, longText: true),
        _ => Object(random, longText: false),
    };

    private static byte[] Object(Random random, bool longText)
    {
        var columns = new Dictionary<string, object?>
        {
            ["id"] = random.Next(-5, 1000),
            ["text"] = string.Concat(random.GetItems(Words, longText ? 200 : 4)),
            ["n"] = random.Next(4) == 0 ? null : random.Next(100) / 8.0 + 0.0625,
            ["größe"] = random.Next(2) == 0,
            ["nested"] = new[] { new { x = Words[random.Next(Words.Length)] } },
        };
        return JsonSerializer.SerializeToUtf8Bytes(columns);
    }
}
