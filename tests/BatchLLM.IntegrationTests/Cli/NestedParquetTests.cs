using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs over Parquet files with lists and structs.</summary>
public sealed class NestedParquetTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private static readonly string Chats =
        Path.Combine(Checkout.Root, "tests", "data", "parquet", "duckdb", "chats.parquet");

    [Fact]
    public async Task Every_form_of_a_conversation_gets_the_same_completions()
    {
        var completions = new List<string>();
        foreach (var column in (string[])["plain", "extra", "parts", "text", "json"])
        {
            var job = NewJob(column, "jsonl");
            var result = await cli.RunAsync("run", job.Save());
            Assert.True(result.ExitCode is 0 or 3, result.ToString());
            completions.Add(string.Join('\n', job.Records.Select(record => record.GetProperty("completion").GetString())));
        }

        Assert.Single(completions.Distinct());
        Assert.NotEmpty(completions[0].Trim());
    }

    [Fact]
    public async Task Carried_lists_are_json_in_lines_and_lists_in_parquet()
    {
        var (lines, parquet) = (NewJob("plain", "jsonl"), NewJob("plain", "parquet"));

        await cli.RunAsync("run", lines.Save());
        var result = await cli.RunAsync("run", parquet.Save());

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(
            """[{"role":"system","content":"Be brief."},{"role":"user","content":"Größe? 😀"}]""",
            lines.Records[0].GetProperty("plain").GetRawText());
        var inspected = await cli.RunAsync("inspect", Path.Combine(parquet.Output, "part-000000.parquet"), "--json");
        Assert.Equal(("plain", "list<struct<role: text, content: text>>, optional"), Columns(inspected)[0]);
    }

    [Fact]
    public async Task Inspect_shows_a_nested_column_on_one_line()
    {
        var inspected = await cli.RunAsync("inspect", Chats, "--json");

        Assert.Equal(
            [
                ("plain", "list<struct<role: text, content: text>>, optional"),
                ("extra", "list<struct<role: text, content: text, name: text, tool_calls: list<text>>>, optional"),
                ("parts", "list<struct<role: text, content: list<struct<type: text, text: text, image_url: text>>>>, optional"),
                ("text", "ByteArray (Text, optional)"),
                ("json", "ByteArray (Json, optional)"),
            ],
            Columns(inspected));
    }

    private static List<(string? Name, string? Type)> Columns(CliResult inspected) =>
        [.. inspected.Json.GetProperty("columns").EnumerateArray().Select(column =>
            (column.GetProperty("name").GetString(), column.GetProperty("type").GetString()))];

    private TicketJob NewJob(string column, string format)
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec.Remove("id_column");
        job.Spec["input"] = Chats;
        job.Spec["prompt"] = new JsonObject { ["messages_column"] = column };
        job.Spec["output"] = new JsonObject { ["uri"] = "out", ["format"] = format, ["columns"] = new JsonArray("plain") };
        return job;
    }
}
