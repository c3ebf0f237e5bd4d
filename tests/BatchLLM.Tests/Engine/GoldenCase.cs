using System.Text.Json;

namespace BatchLLM.Tests.Engine;

/// <summary>One prompt and what PyTorch computes from it; written by tests/data/engine/make_golden.py.</summary>
internal sealed record GoldenCase(int[] Prompt, float[] Logits, int[] Greedy)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static IReadOnlyList<GoldenCase> Load(string model)
    {
        var text = File.ReadAllBytes(Path.Combine(TestData.EngineFolder, "golden.json"));
        return JsonSerializer.Deserialize<Dictionary<string, GoldenCase[]>>(text, Options)![model];
    }
}
