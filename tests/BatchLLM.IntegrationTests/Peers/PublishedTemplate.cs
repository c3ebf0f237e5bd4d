using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Prompts.Templates;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>A chat template of a published model, read from the packages that the peers installed.</summary>
internal sealed record PublishedTemplate(string Name, string Source, string? BosToken, string? EosToken, string[] Specials)
{
    /// <summary>What the template knows besides a conversation, at the time that the peer is told too.</summary>
    public ChatTemplateContext Context { get; } = new()
    {
        BosToken = BosToken,
        EosToken = EosToken,
        Now = new DateTime(2026, 3, 5, 7, 8, 9),
    };

    /// <summary>All that there are.</summary>
    public static async Task<IReadOnlyList<PublishedTemplate>> ReadAllAsync() =>
        [.. (await NodePeer.RunAsync("templates.mjs", [], [])).Select(Read)];

    private static PublishedTemplate Read(string line)
    {
        var json = JsonNode.Parse(line)!;
        return new PublishedTemplate(
            (string)json["name"]!,
            (string)json["template"]!,
            (string?)json["bos_token"],
            (string?)json["eos_token"],
            json["specials"].Deserialize<string[]>()!);
    }
}
