using System.Text.Json;
using BatchLLM.Tests.Architecture;
using BatchLLM.Tokens;

namespace BatchLLM.Tests.Tokens;

/// <summary>The golden files in tests/data/tokens; its make_golden.mjs says how they are made.</summary>
internal static class TokenFiles
{
    public static readonly ByteLevelBpeTokenizer Llama3 = Load("llama3");
    public static readonly ByteLevelBpeTokenizer Gpt2 = Load("gpt2");

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "tests", "data", "tokens", file));

    public static ByteLevelBpeTokenizer Load(string name) =>
        (ByteLevelBpeTokenizer)TokenizerJson.Load(Read($"{name}.tokenizer.json"), $"{name}.tokenizer.json");

    public static ByteLevelBpeTokenizer ByName(string name) => name == "llama3" ? Llama3 : Gpt2;

    public static IReadOnlyList<(string Text, int[] Ids)> Golden(string name)
    {
        using var document = JsonDocument.Parse(Read($"{name}.golden.json"));
        return [.. document.RootElement.EnumerateArray().Select(entry => (
            entry.GetProperty("text").GetString()!,
            entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray()))];
    }

    public static int[] Encode(this ITokenizer tokenizer, string text) => tokenizer.Encode(new PromptText(text, []));
}
