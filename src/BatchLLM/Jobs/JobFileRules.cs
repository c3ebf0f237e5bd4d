using System.Text.Json;
using BatchLLM.Jobs.Json;
using BatchLLM.Prompts;

namespace BatchLLM.Jobs;

/// <summary>
/// What the schema cannot say about a job file. Values of a wrong type are passed over: the schema reports them.
/// </summary>
internal static class JobFileRules
{
    /// <summary>Adds what is wrong to <paramref name="problems"/>.</summary>
    public static void Check(JsonTree file, List<JobFileProblem> problems)
    {
        CheckAddresses(file.Find("input"), "input", problems);
        CheckAddresses(file.Find("output")?.Find("uri"), "output.uri", problems);
        CheckAddresses(file.Find("incremental"), "incremental", problems);
        var prompt = file.Find("prompt");
        CheckPlaceholders(prompt?.Find("text"), "prompt.text", problems);
        var messages = prompt?.Find("messages")?.Items ?? [];
        for (var index = 0; index < messages.Count; index++)
        {
            var path = JsonPath.Join(JsonPath.Join("prompt.messages", index), "content");
            CheckPlaceholders(messages[index].Find("content"), path, problems);
        }

        if (prompt?.Find("openai_batch") is not null)
        {
            CheckRequests(file, problems);
        }
    }

    /// <summary>One address, an object with one, or an array of those.</summary>
    private static void CheckAddresses(JsonTree? input, string path, List<JobFileProblem> problems)
    {
        if (input?.Kind == JsonValueKind.String && DatePlaceholder.FindProblem(input.Text) is { } problem)
        {
            problems.Add(input.Place.Problem(path, $"{path} {problem}"));
        }

        if (input?.Find("uri") is { } uri)
        {
            CheckAddresses(uri, JsonPath.Join(path, "uri"), problems);
        }

        foreach (var (index, item) in (input?.Items ?? []).Index())
        {
            CheckAddresses(item, JsonPath.Join(path, index), problems);
        }
    }

    private static void CheckPlaceholders(JsonTree? text, string path, List<JobFileProblem> problems)
    {
        if (text?.Kind == JsonValueKind.String && PromptTemplate.FindProblem(text.Text) is { } problem)
        {
            problems.Add(text.Place.Problem(path, $"{path}: {problem}"));
        }
    }

    /// <summary>Keys that request lines leave without effect are refused: silence would hide the mistake.</summary>
    private static void CheckRequests(JsonTree file, List<JobFileProblem> problems)
    {
        if (file.Find("id_column") is { Kind: JsonValueKind.String, Text: not "custom_id" } id)
        {
            var message = $"id_column is '{id.Text}'; OpenAI batch requests are named by custom_id, remove the key";
            problems.Add(id.Place.Problem("id_column", message));
        }

        if (file.Find("sampling")?.Find("columns") is { Members.Count: > 0 } columns)
        {
            const string Path = "sampling.columns";
            const string Fault = "has no effect on OpenAI batch requests, whose bodies say it; remove the key";
            problems.Add(columns.Place.Problem(Path, $"{Path} {Fault}"));
        }
    }
}
