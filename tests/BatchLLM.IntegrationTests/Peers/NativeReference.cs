using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>What the native tokenizers library makes of texts.</summary>
internal static class NativeReference
{
    /// <summary>The ids of each text and what they decode to.</summary>
    public static async Task<IReadOnlyList<(int[] Ids, string Text)>> TokenizeAsync(string file, IReadOnlyList<string> texts)
    {
        var answers = await NodePeer.RunAsync("tokenize.mjs", ["native", file], texts.Select(Quote));
        return [.. answers.Select(line =>
        {
            using var answer = JsonDocument.Parse(line);
            return (
                answer.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(),
                answer.RootElement.GetProperty("text").GetString()!);
        })];
    }

    // By hand, because a serializer replaces what is no valid Unicode, which is what must arrive there.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            _ = unit is >= ' ' and < (char)127 and not ('"' or '\\')
                ? quoted.Append(unit)
                : quoted.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        }

        return quoted.Append('"').ToString();
    }
}
