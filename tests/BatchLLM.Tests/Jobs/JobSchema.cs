using BatchLLM.Jobs;
using BatchLLM.Tests.Architecture;

namespace BatchLLM.Tests.Jobs;

/// <summary>The schema that is shipped, and job files read against it.</summary>
internal static class JobSchema
{
    public static byte[] Bytes { get; } = File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "jobs", "job.schema.json"));

    /// <summary>Reads a job file; each setting as <c>--set</c> takes it.</summary>
    public static JobFileResult Parse(string json, params string[] settings) => JobFile.Parse(
        System.Text.Encoding.UTF8.GetBytes(json),
        "job.json",
        Bytes,
        [.. settings.Select(text => JobFileSetting.TryParse(text)!)]);

    /// <summary>The smallest good job file, in one line, with more keys at its end.</summary>
    public static string Minimal(string more = "") =>
        """{"name":"j","model":"m","input":"a.jsonl","prompt":{"text":"{{body}}"},"output":{"uri":"out"}""" + more + "}";

    /// <summary>The problems of a job file as the user sees them, one a line.</summary>
    public static string Problems(string json, params string[] settings) => string.Join('\n', Parse(json, settings).Problems);
}
