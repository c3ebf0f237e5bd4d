using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The model that ships with the project, on tickets whose names and codes it has never seen.</summary>
public sealed class DemoTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private static readonly string Demo = Path.Combine(Checkout.Root, "jobs", "demo");

    [Fact]
    public async Task On_held_out_tickets_at_least_95_percent_of_the_summaries_match_exactly()
    {
        var job = JsonNode.Parse(File.ReadAllText(Path.Combine(Demo, "tickets.job.json")))!;
        job["name"] = "held-out";
        job["model"] = Checkout.DemoModel;
        job["input"] = Path.Combine(Demo, "heldout", "tickets.jsonl");
        job["output"] = new JsonObject
        {
            ["uri"] = Path.Combine(cli.DataDirectory, "held-out"),
            ["columns"] = new JsonArray("expected"),
        };
        var path = Path.Combine(cli.DataDirectory, "held-out.job.json");
        File.WriteAllText(path, job.ToJsonString());

        var result = await cli.RunAsync("run", path);

        Assert.True(result.ExitCode == 0, result.ToString());
        var rows = Directory.GetFiles(Path.Combine(cli.DataDirectory, "held-out"), "part-*")
            .SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(1000, rows.Count);
        var exact = rows.Count(row => (string?)row["completion"] == (string?)row["expected"]);
        TestContext.Current.TestOutputHelper!.WriteLine($"{exact} of {rows.Count} summaries match exactly");
        Assert.InRange(exact, 950, 1000);
    }

    [Fact]
    public async Task The_demo_job_file_is_valid_and_its_bad_rows_are_the_only_ones()
    {
        var result = await cli.RunAsync("validate", Path.Combine(Demo, "tickets.job.json"), "--measure", "0", "--json", "--report", Path.Combine(cli.DataDirectory, "report"));

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(2000, result.Json.GetProperty("rows").GetInt64());
        Assert.Equal(
            [("empty_prompt", 2L), ("missing_column", 1), ("prompt_too_long", 2)],
            result.Json.GetProperty("problems").EnumerateArray()
                .Select(item => (item.GetProperty("code").GetString()!, item.GetProperty("rows").GetInt64())));
    }
}
