using System.Text;
using System.Text.Json;
using BatchLLM.Prompts;
using BatchLLM.Prompts.Templates;
using BatchLLM.Rows;
using BatchLLM.Tests.Tokens;
using Xunit;

namespace BatchLLM.Tests.Prompts.Templates;

public sealed class ChatTemplateGoldenTests
{
    public static TheoryData<string> Templates =>
        [
            "alternating.jinja", "blocks.jinja", "constructs.jinja", "headers.jinja", "line_breaks.jinja",
            "roles.jinja", "scopes.jinja", "whitespace.jinja",
        ];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Prompts_equal_those_of_the_reference_implementation(string file)
    {
        var template = ChatTemplate.Parse(Encoding.UTF8.GetString(TokenFiles.Read($"templates/{file}")));
        using var golden = JsonDocument.Parse(TokenFiles.Read("chat.golden.json"));
        var entries = golden.RootElement.EnumerateArray()
            .Where(entry => entry.GetProperty("template").GetString() == file).ToArray();
        Assert.True(entries.Length > 30);
        Assert.All(entries, entry => AssertRendersAs(entry, template));
    }

    private static void AssertRendersAs(JsonElement entry, ChatTemplate template)
    {
        var context = new ChatTemplateContext
        {
            BosToken = entry.GetProperty("bos_token").GetString(),
            EosToken = entry.GetProperty("eos_token").GetString(),
            AddGenerationPrompt = entry.GetProperty("add_generation_prompt").GetBoolean(),
            DateString = entry.TryGetProperty("date_string", out var date) ? date.GetString() : null,
        };
        var messages = entry.GetProperty("messages").EnumerateArray()
            .Select(message => new ChatMessage(
                message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))
            .ToArray();
        var expected = entry.GetProperty("text").GetString();
        var isRendered = template.TryRender(messages, context, out var prompt, out var error);
        Assert.Equal(expected ?? RowErrorCodes.TemplateRefused, isRendered ? prompt!.Text : Code(expected, error!));
    }

    // A message that is not expected shows why the text is missing.
    private static string Code(string? expected, RowError error) => expected is null ? error.Code : error.Message;
}
