using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The render command as a user types it.</summary>
public sealed class RenderTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const string Conversation = """[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Größe? <|eot_id|>"}]""";

    [Fact]
    public async Task The_prompt_of_each_conversation_comes_out_and_a_bad_line_is_answered_by_null()
    {
        var result = await RunAsync($"{Conversation}\n12\n{{\"messages\": {Conversation}, \"tools\": []}}\n[1]\n");

        Assert.Equal(3, result.ExitCode);
        var lines = result.Output.TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<string?>(line)).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.Contains("Be brief.", lines[0], StringComparison.Ordinal);
        Assert.Contains("Größe? <|eot_id|>", lines[0], StringComparison.Ordinal);
        Assert.Equal((lines[0], null, null), (lines[2], lines[1], lines[3]));
        Assert.Contains("line 2: found no messages; expected an array", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("brief", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_generation_prompt_the_prompt_ends_after_the_last_message()
    {
        var whole = JsonSerializer.Deserialize<string>((await RunAsync(Conversation)).Output)!;
        var ended = JsonSerializer.Deserialize<string>((await RunAsync(Conversation, "--no-generation-prompt")).Output)!;

        Assert.StartsWith(ended, whole, StringComparison.Ordinal);
        Assert.True(ended.Length < whole.Length);
    }

    [Fact]
    public async Task A_prompt_goes_on_to_tokenize()
    {
        var prompt = await RunAsync("""[{"role": "user", "content": "Hello"}]""");

        var ids = await cli.RunWithInputAsync(prompt.Output, "tokenize", "--model", Checkout.DemoModel);

        Assert.Equal(0, ids.ExitCode);
        Assert.NotEmpty(JsonSerializer.Deserialize<int[]>(ids.Output)!);
    }

    [Fact]
    public async Task A_model_without_a_template_is_refused()
    {
        var directory = Directory.CreateDirectory(Path.Combine(cli.DataDirectory, "no-template")).FullName;

        var result = await cli.RunWithInputAsync(Conversation, "render", "--model", directory);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has no chat template; expected chat_template.jinja", result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RunAsync(string input, params string[] options) =>
        cli.RunWithInputAsync(input, ["render", "--model", Checkout.DemoModel, .. options]);
}
