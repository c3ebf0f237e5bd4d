using System.Text.Json;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class OpenApiTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static readonly string Kept = Path.Combine(Checkout.Root, "src", "BatchLLM.Host", "Service", "openapi.json");

    [Fact]
    public async Task The_description_is_the_one_in_the_repository()
    {
        var served = await Client.GetStringAsync("/openapi.json");

        Assert.True(
            served.TrimEnd() == (await File.ReadAllTextAsync(Kept)).TrimEnd(),
            $"The service's description has changed. Start `ops/batchllm serve --no-worker` and run: curl -s http://127.0.0.1:8402/openapi.json > {Kept}");
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_a_summary()
    {
        using var document = JsonDocument.Parse(await Client.GetStringAsync("/openapi.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject())
            .Select(operation => operation.Value).ToList();

        Assert.Equal(
            operations.Count, operations.Select(operation => operation.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, operation => Assert.NotEmpty(operation.GetProperty("summary").GetString()!));
    }

    [Fact]
    public async Task The_job_files_schema_is_served_as_it_is()
    {
        var schema = await Client.GetByteArrayAsync("/job.schema.json");

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, "jobs", "job.schema.json")), schema);
    }
}
