using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Prompts.Templates;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>Chat templates of published models, rendered here and by another implementation of Jinja.</summary>
public sealed class TemplatePeerTests
{
    // Fixed: what the peer does otherwise than Python is listed as it was found, and another seed may find more of it.
    private const int Seed = 20261121;
    private const int RandomConversations = 150;

    [Fact]
    public async Task Prompts_equal_those_of_the_peer()
    {
        var conversations = Conversations.Make(Seed, RandomConversations);
        var templates = await PublishedTemplate.ReadAllAsync();
        var expected = await NodePeer.RunAsync("render.mjs", [], templates.SelectMany(item => Requests(item, conversations)));
        var differences = new List<string>();
        for (var i = 0; i < templates.Count; i++)
        {
            var theirs = expected.Skip(i * conversations.Count).Take(conversations.Count).ToArray();
            differences.AddRange(Compare(templates[i], conversations, theirs).Take(1));
        }

        Assert.True(differences.Count == 0, $"{differences.Count} templates differ:\n{string.Join('\n', differences)}");
    }

    private static IEnumerable<string> Requests(PublishedTemplate template, IReadOnlyList<JsonObject> conversations)
    {
        yield return new JsonObject { ["template"] = template.Source }.ToJsonString();
        foreach (var conversation in conversations)
        {
            var request = conversation.DeepClone().AsObject();
            request["bos_token"] = template.BosToken;
            request["eos_token"] = template.EosToken;
            yield return request.ToJsonString();
        }
    }

    private static IEnumerable<string> Compare(
        PublishedTemplate template, IReadOnlyList<JsonObject> conversations, string[] theirs)
    {
        var parsed = ChatTemplate.Parse(template.Source);
        for (var i = 0; i < theirs.Length; i++)
        {
            using var document = JsonDocument.Parse(conversations[i].ToJsonString());
            Assert.True(ChatRequest.TryRead(document.RootElement, out var request));
            var isRendered = parsed.TryRender(request, template.Context, out var prompt, out var error);
            var expected = JsonSerializer.Deserialize<string?>(theirs[i]);
            var actual = isRendered ? prompt?.Text : null;
            if (actual != expected && !PeerDeviations.Apply(template.Source, document.RootElement, expected, actual))
            {
                yield return $"{template.Name}: {conversations[i].ToJsonString()}\n  peer {theirs[i]}\n  here "
                    + $"{JsonSerializer.Serialize(prompt?.Text)} {error?.Message}";
            }
        }
    }
}
