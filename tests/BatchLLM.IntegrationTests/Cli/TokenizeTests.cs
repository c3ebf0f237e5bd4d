using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The tokenize command as a user types it.</summary>
public sealed class TokenizeTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task Ids_come_back_as_the_text_they_were_made_of()
    {
        string[] texts = ["Hello, world!", "", "Größe 你好 😀", "line\nbreak \"quoted\" \\ \u0001", new string('x', 1_000_000)];
        var input = string.Concat(texts.Select(text => JsonSerializer.Serialize(text) + "\n"));

        var ids = await RunAsync(input);
        var back = await RunAsync(ids.Output, "--decode");

        Assert.Equal(0, ids.ExitCode);
        Assert.Equal(texts, Lines(back).Select(line => JsonSerializer.Deserialize<string>(line)));
    }

    [Fact]
    public async Task A_control_token_is_text_where_the_line_is_literal()
    {
        const string Input = "\"a<|eot_id|>\"";

        var control = JsonSerializer.Deserialize<int[]>((await RunAsync(Input)).Output)!;
        var literal = JsonSerializer.Deserialize<int[]>((await RunAsync(Input, "--literal")).Output)!;

        Assert.Equal(2, control.Length);
        Assert.DoesNotContain(control[1], literal);
    }

    [Fact]
    public async Task A_bad_line_is_answered_by_null_and_named_and_the_others_go_on()
    {
        var result = await RunAsync("\"a\"\n12\n\n\"\\ud800\"\nnot json\n\"b\"");

        Assert.Equal(3, result.ExitCode);
        var lines = Lines(result);
        Assert.Equal(6, lines.Length);
        Assert.All(lines.Skip(1).Take(4), line => Assert.Equal("null", line));
        Assert.StartsWith("[", lines[5], StringComparison.Ordinal);
        Assert.Contains("line 2: found a number; expected a JSON string.", result.Error, StringComparison.Ordinal);
        Assert.All([3, 4, 5], line => Assert.Contains($"line {line}: ", result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_outside_the_vocabulary_is_a_bad_line()
    {
        var result = await RunAsync("[1]\n[1, -2]\n[100000000]\n[1.5]\n{}\n", "--decode");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(4, Lines(result).Count(line => line == "null"));
        Assert.Contains("line 2: item 1 is no token id", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_tokenizers_file_is_needed()
    {
        var directory = Directory.CreateDirectory(Path.Combine(cli.DataDirectory, "only-a-tokenizer")).FullName;

        var missing = await cli.RunWithInputAsync("\"a\"\n", "tokenize", "--model", directory);
        File.Copy(Path.Combine(Checkout.DemoModel, "tokenizer.json"), Path.Combine(directory, "tokenizer.json"));
        var found = await cli.RunWithInputAsync("\"a\"\n", "tokenize", "--model", directory);

        Assert.Equal((1, 0), (missing.ExitCode, found.ExitCode));
        Assert.Contains("tokenizer.json is missing", missing.Error, StringComparison.Ordinal);
    }

    private static string[] Lines(CliResult result) => result.Output.TrimEnd('\n').Split('\n');

    private Task<CliResult> RunAsync(string input, params string[] options) =>
        cli.RunWithInputAsync(input, ["tokenize", "--model", Checkout.DemoModel, .. options]);
}
