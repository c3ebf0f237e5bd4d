using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>Jobs of a server that echo: how they are handed in, and what became of them.</summary>
/// <param name="processes">The server.</param>
/// <param name="signals">Tells when they are over.</param>
internal sealed class ServiceJobs(ServiceProcesses processes, JobSignals signals)
{
    private HttpClient Client => processes.Client;

    /// <summary>Hands one in; its number.</summary>
    /// <param name="name">Its name, and its folder's.</param>
    /// <param name="input">A file's name.</param>
    /// <param name="prompt">Its template.</param>
    public async Task<long> SubmitAsync(string name, string input, string prompt = "{{body}}")
    {
        using var response = await PostAsync(name, input, prompt);
        return await IdOfAsync(response);
    }

    /// <summary>Hands one in; the answer.</summary>
    public Task<HttpResponseMessage> PostAsync(string name, string input, string prompt = "{{body}}") =>
        Client.PostAsync("/api/jobs", Job(name, input, prompt));

    /// <summary>The job's number in the answer to a submission.</summary>
    public static async Task<long> IdOfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement.GetProperty("id").GetInt64()
            : throw new InvalidOperationException(text);
    }

    /// <summary>The job once it is over: completed, with as many rows as went in.</summary>
    public async Task<JsonElement> CompleteAsync(long id, int rows)
    {
        await signals.ReachedAsync(id, JobSignals.Over);
        var job = await Client.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}");
        var counts = job.GetProperty("rows");
        return job.GetProperty("state").GetString() == "completed" && counts.GetProperty("in").GetInt64() == rows && counts.GetProperty("failed").GetInt64() == 0
            ? job
            : throw new InvalidOperationException($"Job {id} lost rows, or is not completed: {job}");
    }

    /// <summary>One of a job's times.</summary>
    public static DateTimeOffset Time(JsonElement job, string name) => job.GetProperty(name).GetDateTimeOffset();

    private StringContent Job(string name, string input, string prompt) => new(
        new JsonObject
        {
            ["name"] = name,
            ["model"] = processes.Model,
            ["input"] = processes.PathOf(input),
            ["prompt"] = new JsonObject { ["text"] = prompt },
            ["engine"] = "echo",
            ["sampling"] = new JsonObject { ["max_tokens"] = 16 },
            ["output"] = new JsonObject { ["uri"] = processes.PathOf($"out/{name}") },
        }.ToJsonString(),
        Encoding.UTF8,
        "application/json");
}
