using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Directories that are columns, and the day in addresses.</summary>
public sealed class PartitionTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_partitioned_input_gives_its_partitions_to_prompts_and_output()
    {
        var job = Job("mail/dt=*/rows.jsonl", "out");
        Write(job, "dt=2026-11-19");
        Write(job, "dt=2026-11-20");

        var result = await cli.RunAsync("run", job.Save());

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(
            ["2026-11-19 2026-11-19: hello", "2026-11-20 2026-11-20: hello"],
            job.Records.Select(record => $"{record.GetProperty("dt")} {record.GetProperty("completion")}"));
    }

    [Fact]
    public async Task A_partition_of_parquet_files_is_a_text_column_of_a_parquet_output()
    {
        var job = Job("mail/dt=*/*.parquet", "out");
        foreach (var name in (string[])["dt=1", "dt=__HIVE_DEFAULT_PARTITION__"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(job.Directory, "mail", name)).FullName;
            File.Copy(Path.Combine(Checkout.Root, "jobs", "demo", "input", "tickets-a.parquet"), Path.Combine(folder, "a.parquet"));
        }

        job.Spec["output"]!["format"] = "parquet";
        job.Spec["policies"]!["rows_per_shard"] = 1000;

        var result = await cli.RunAsync("run", job.Save(), "--json");
        var columns = new List<string>();
        foreach (var part in job.Parts)
        {
            var inspected = await cli.RunAsync("inspect", Path.Combine(job.Output, part), "--json");
            columns.Add(inspected.Json.GetProperty("columns").ToString());
        }

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(2, columns.Count);
        Assert.Single(columns.Distinct());
    }

    [Fact]
    public async Task The_day_in_addresses_is_the_one_asked_for_or_today()
    {
        var job = Job("mail/dt={{date}}/rows.jsonl", "out/{{date}}");
        Write(job, "dt=2026-02-03");
        var before = DateTime.UtcNow;
        Write(job, $"dt={Day(before)}");

        var asked = await cli.RunAsync("run", job.Save(), "--date", "2026-02-03");
        var today = await cli.RunAsync("run", job.Save(), "--input", Path.Combine(job.Directory, "mail/*/*.jsonl"));
        var wrong = await cli.RunAsync("run", job.Save(), "--date", "3.2.2026");

        Assert.True(asked.ExitCode == 0, asked.ToString());
        Assert.True(File.Exists(Path.Combine(job.Output, "2026-02-03", "receipt.json")));
        Assert.True(today.ExitCode == 0, today.ToString());
        Assert.Contains(
            Directory.GetDirectories(job.Output).Select(Path.GetFileName), name => name == Day(before) || name == Day(DateTime.UtcNow));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("--date is not a day; expected yyyy-MM-dd", wrong.Error, StringComparison.Ordinal);
    }

    private TicketJob Job(string input, string output)
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["engine"] = "echo";
        job.Spec["input"] = input;
        job.Spec["prompt"] = new JsonObject { ["text"] = "{{dt}}: {{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 200;
        job.Spec["output"] = new JsonObject { ["uri"] = output, ["columns"] = new JsonArray("dt") };
        job.Spec.Remove("id_column");
        return job;
    }

    private static void Write(TicketJob job, string partition)
    {
        var folder = Directory.CreateDirectory(Path.Combine(job.Directory, "mail", partition)).FullName;
        File.WriteAllText(Path.Combine(folder, "rows.jsonl"), "{\"body\":\"hello\",\"dt\":\"hidden\"}\n");
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
