using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs whose input and output are blobs of a server, whatever it is.</summary>
public abstract class RemoteRunConformance(CliFixture cli) : IClassFixture<CliFixture>
{
    protected CliFixture Cli => cli;

    /// <summary>Absolute URI of an empty place, without a closing slash.</summary>
    protected abstract string Place { get; }

    /// <summary>What the process needs to know to be let in.</summary>
    private protected abstract Dictionary<string, string> Access { get; }

    /// <summary>The same with a wrong key.</summary>
    private protected abstract Dictionary<string, string> NoAccess { get; }

    /// <summary>What must never be shown.</summary>
    protected abstract string Secret { get; }

    /// <summary>A query that lets whoever has it in, with the word PRIVATE in it, and where such a thing belongs instead.</summary>
    protected abstract (string Query, string Belongs) Signature { get; }

    protected abstract Task UploadAsync(string name, string content);

    protected abstract Task<IReadOnlyList<string>> NamesAsync();

    protected abstract Task DownloadAsync(string name, string path);

    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task A_job_runs_from_blobs_to_blobs(string format)
    {
        var (local, remote) = (new TicketJob(cli.DataDirectory), await RemoteAsync());
        local.Spec["output"]!["format"] = format;
        remote.Spec["output"]!["format"] = format;

        var expected = await cli.RunAsync(Access, "run", local.Save(), "--json");
        var result = await cli.RunAsync(Access, "run", remote.Save(), "--json");

        Assert.True(expected.ExitCode is 0 or 3, expected.ToString());
        Assert.True(result.ExitCode == expected.ExitCode, result.ToString());
        await DownloadAsync(remote);
        Assert.Equal(await PartContent.OfAsync(local), await PartContent.OfAsync(remote));
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SomePartsPublished")]
    [InlineData("ReceiptWritten")]
    public async Task A_job_whose_worker_was_killed_is_finished_by_the_next(string window)
    {
        var job = await RemoteAsync();
        var path = job.Save();
        var killed = await cli.RunAsync(new Dictionary<string, string>(Access) { ["BATCHLLM_TEST_KILL_AT"] = window }, "run", path);

        var result = await cli.RunAsync(Access, "run", path);

        Assert.Equal(CliResult.Killed, killed.ExitCode);
        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        await DownloadAsync(job);
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task Results_whose_time_is_over_are_removed_but_for_what_somebody_replaced()
    {
        var job = await RemoteAsync();
        job.Spec["output"]!["keep"] = "1s";
        var run = await cli.RunAsync(Access, "run", job.Save(), "--engine", "echo");
        Assert.True(run.ExitCode == 3, run.ToString());
        await UploadAsync("out/part-000001.jsonl", "a person's");

        CliResult pruned;
        do
        {
            pruned = await cli.RunAsync(Access, "prune");
            Assert.True(pruned.ExitCode == 0, pruned.ToString());
        }
        while (!pruned.Output.Contains("part-000001.jsonl", StringComparison.Ordinal)); // until the job is a second old

        Assert.Equal(["out/part-000001.jsonl"], (await NamesAsync()).Where(name => name.StartsWith("out/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Results_in_a_store_that_lets_nobody_in_stay_and_no_secret_is_told()
    {
        var job = await RemoteAsync();
        job.Spec["output"]!["keep"] = "1s";
        var run = await cli.RunAsync(Access, "run", job.Save(), "--engine", "echo");
        Assert.True(run.ExitCode == 3, run.ToString());
        var before = await NamesAsync();

        CliResult pruned;
        do
        {
            pruned = await cli.RunAsync(NoAccess, "prune");
        }
        while (pruned.ExitCode == 0); // until the job is a second old

        Assert.Contains("stays until the next time", pruned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, pruned.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, await NamesAsync());
        var left = await cli.RunAsync("status", job.Name);
        Assert.DoesNotContain("removed", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_and_inspect_read_blobs()
    {
        var job = await RemoteAsync();

        var validated = await cli.RunAsync(Access, "validate", job.Save(), "--measure", "0", "--json");
        var inspected = await cli.RunAsync(Access, "inspect", $"{Place}/in/tickets-1.jsonl", "--json");

        Assert.True(validated.ExitCode == 0, validated.ToString());
        Assert.True(inspected.ExitCode == 0, inspected.ToString());
        Assert.Contains("out/preflight.json", await NamesAsync());
    }

    [Fact]
    public async Task A_job_file_with_a_signature_is_refused_before_anything_is_stored()
    {
        var job = await RemoteAsync();
        job.Spec["output"]!["uri"] = $"{Place}/out?{Signature.Query}";

        var result = await cli.RunAsync(Access, "run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(Signature.Belongs, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", result.ToString(), StringComparison.Ordinal);
        var status = await cli.RunAsync(Access, "status", "--json");
        Assert.DoesNotContain(job.Name, status.Output, StringComparison.Ordinal);
    }

    /// <summary>A job whose input lies in two blobs, which a glob finds.</summary>
    private protected async Task<TicketJob> RemoteAsync()
    {
        var job = new TicketJob(cli.DataDirectory);
        var lines = await File.ReadAllLinesAsync(job.Input);
        await UploadAsync("in/tickets-1.jsonl", string.Join('\n', lines[..20]) + "\n");
        await UploadAsync("in/tickets-2.jsonl", string.Join('\n', lines[20..]) + "\n");
        job.Spec["input"] = new JsonObject { ["uri"] = $"{Place}/in/tickets-?.jsonl", ["format"] = "jsonl" };
        job.Spec["output"]!["uri"] = $"{Place}/out/";
        return job;
    }

    /// <summary>Everything of the output to where a local job has it.</summary>
    private async Task DownloadAsync(TicketJob job)
    {
        Directory.CreateDirectory(job.Output);
        foreach (var name in (await NamesAsync()).Where(name => name.StartsWith("out/", StringComparison.Ordinal)))
        {
            await DownloadAsync(name, Path.Combine(job.Output, name["out/".Length..]));
        }
    }
}
