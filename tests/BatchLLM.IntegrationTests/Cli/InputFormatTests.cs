using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The same rows in every format that inputs may have give the same completions.</summary>
public sealed class InputFormatTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int Rows = 12;

    private static (int ExitCode, List<(string Id, string Text)> Completions)? _plain; // the same for each test, which come one after the other

    [Theory]
    [InlineData("tickets.jsonl.gz")]
    [InlineData("tickets.jsonl.zst")]
    [InlineData("tickets.csv")]
    [InlineData("tickets.csv.gz")]
    [InlineData("tickets.csv.zst")]
    public async Task The_completions_are_those_of_plain_jsonl(string name)
    {
        var other = NewJob();
        other.Spec["input"] = name;
        Write(Path.Combine(other.Directory, name), name.Contains(".csv", StringComparison.Ordinal) ? Csv() : Jsonl());

        var expected = _plain ??= await PlainAsync();
        var result = await cli.RunAsync("run", other.Save(), "--json");

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(expected.ExitCode, result.ExitCode);
        OutputCheck.IsWhole(other);
        Assert.Equal(expected.Completions, Completions(other));
        Assert.Equal(3, other.Parts.Count());
    }

    [Fact]
    public async Task A_column_of_messages_is_the_prompt()
    {
        var other = NewJob();
        other.Spec["prompt"] = new JsonObject { ["messages_column"] = "chat" };
        other.WriteLines([.. Enumerable.Range(0, Rows).Select(AsConversation)]);

        var expected = _plain ??= await PlainAsync();
        var result = await cli.RunAsync("run", other.Save());

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(expected.Completions, Completions(other));
    }

    [Fact]
    public async Task A_damaged_compressed_file_fails_the_job_by_name()
    {
        var job = NewJob();
        job.Spec["input"] = "tickets.jsonl.gz";
        var path = Path.Combine(job.Directory, "tickets.jsonl.gz");
        Write(path, Jsonl());
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);

        var result = await cli.RunAsync("run", job.Save());

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("tickets.jsonl.gz is damaged or cut short", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changes_under_a_job_stops_it_by_name_until_it_is_restored()
    {
        var job = NewJob();
        await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = "PartWritten" }, "run", job.Save());
        var (content, time) = (File.ReadAllBytes(job.Input), File.GetLastWriteTimeUtc(job.Input));
        File.AppendAllText(job.Input, TicketJob.Line(Rows) + "\n");

        var changed = await cli.RunAsync("resume", job.Name);
        File.WriteAllBytes(job.Input, content);
        File.SetLastWriteTimeUtc(job.Input, time);
        var restored = await cli.RunAsync("resume", job.Name);

        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("tickets.jsonl has changed since the job was created", changed.Error, StringComparison.Ordinal);
        Assert.True(restored.ExitCode is 0 or 3, restored.ToString());
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task A_csv_row_with_too_few_fields_fails_alone()
    {
        var job = NewJob();
        job.Spec["input"] = "tickets.csv";
        File.WriteAllText(
            Path.Combine(job.Directory, "tickets.csv"), "ticket_id,body\r\nA,\"My\r\nprinter\"\r\nB\r\nC,burns\r\n");

        var result = await cli.RunAsync("run", job.Save(), "--json");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(1, result.Json.GetProperty("rows").GetProperty("failed").GetInt64());
        var error = JsonNode.Parse(File.ReadAllText(Path.Combine(job.Output, "errors.jsonl")))!;
        Assert.Equal(("invalid_csv", 2, 4), ((string?)error["code"], (int?)error["row"], (int?)error["line"]));
    }

    [Fact]
    public async Task Inspect_shows_a_compressed_csv_file()
    {
        var path = Path.Combine(NewJob().Directory, "tickets.csv.gz");
        Write(path, Csv());

        var result = await cli.RunAsync("inspect", path, "--json");

        Assert.Equal("csv", result.Json.GetProperty("format").GetString());
        Assert.Equal(Rows, result.Json.GetProperty("rows").GetInt64());
    }

    private async Task<(int ExitCode, List<(string Id, string Text)> Completions)> PlainAsync()
    {
        var plain = NewJob();
        var result = await cli.RunAsync("run", plain.Save(), "--json");
        return (result.ExitCode, [.. Completions(plain)]);
    }

    private TicketJob NewJob() => new(cli.DataDirectory, Rows, rowsPerShard: 5);

    private static IEnumerable<(string Id, string Text)> Completions(TicketJob job) => job.Records.Select(record => (
        record.GetProperty("ticket_id").GetString()!, record.GetProperty("completion").GetString()!));

    private static string AsConversation(int row)
    {
        var ticket = JsonNode.Parse(TicketJob.Line(row))!;
        return new JsonObject
        {
            ["ticket_id"] = (string?)ticket["ticket_id"],
            ["chat"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = (string?)ticket["body"] }),
        }.ToJsonString();
    }

    private static string Jsonl() => string.Concat(Enumerable.Range(0, Rows).Select(row => TicketJob.Line(row) + "\n"));

    private static string Csv() => "body,ticket_id\r\n" + string.Concat(Enumerable.Range(0, Rows)
        .Select(row => JsonDocument.Parse(TicketJob.Line(row)).RootElement)
        .Select(row => $"\"{row.GetProperty("body")}\",{row.GetProperty("ticket_id")}\r\n"));

    private static void Write(string path, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        File.WriteAllBytes(path, Path.GetExtension(path) switch
        {
            ".gz" => Gzip(bytes),
            ".zst" => ZstandardFrame(bytes),
            _ => bytes,
        });
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return file.ToArray();
    }

    /// <summary>One raw block, which is as much of the format as fits in a line (RFC 8878, section 3.1.1).</summary>
    private static byte[] ZstandardFrame(byte[] bytes)
    {
        var header = (bytes.Length << 3) | 1;
        return [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38, (byte)header, (byte)(header >> 8), (byte)(header >> 16), .. bytes];
    }
}
