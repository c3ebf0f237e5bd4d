using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>What must hold of every finished job's output directory.</summary>
internal static class OutputCheck
{
    /// <summary>Every input row once and in order, a receipt that reconciles, checksums that match, nothing left over.</summary>
    public static void IsWhole(TicketJob job)
    {
        var ids = File.ReadLines(job.Input).Select(Id).ToList();
        Assert.Equal(ids, job.Records.Select(record => record.GetProperty("ticket_id").GetString()));
        var rows = job.Receipt.GetProperty("rows");
        long Count(string name) => rows.GetProperty(name).GetInt64();
        Assert.Equal(ids.Count, Count("in"));
        Assert.Equal(Count("in"), Count("ok") + Count("truncated") + Count("failed") + Count("skipped"));
        foreach (var part in job.Receipt.GetProperty("parts").EnumerateArray())
        {
            ChecksumMatches(job, part);
        }

        Assert.Empty(System.IO.Directory.EnumerateFiles(job.Output, "*epoch*", SearchOption.AllDirectories));
        Assert.Empty(System.IO.Directory.EnumerateFiles(job.Output, "*.tmp*", SearchOption.AllDirectories));
    }

    private static void ChecksumMatches(TicketJob job, JsonElement file) => Assert.Equal(
        file.GetProperty("sha256").GetString(),
        Convert.ToHexStringLower(SHA256.HashData(
            File.ReadAllBytes(Path.Combine(job.Output, file.GetProperty("file").GetString()!)))));

    private static string? Id(string line) => JsonDocument.Parse(line).RootElement.GetProperty("ticket_id").GetString();
}
