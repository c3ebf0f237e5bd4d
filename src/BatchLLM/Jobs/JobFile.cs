using System.Text.Json;
using BatchLLM.Jobs.Json;

namespace BatchLLM.Jobs;

/// <summary>Reads job files: JSON that the schema accepts, with the command line's settings over it.</summary>
public static class JobFile
{
    /// <summary>Reads a job file.</summary>
    /// <param name="json">Its bytes, UTF-8.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="schema">The bytes of job.schema.json.</param>
    /// <param name="settings">Values over the file's, in order; empty for none.</param>
    /// <returns>
    /// The spec with defaults filled in, or all problems at once, of which about a hundred are looked for: the file's by place,
    /// then settings'.
    /// </returns>
    public static JobFileResult Parse(
        ReadOnlySpan<byte> json, string name, ReadOnlyMemory<byte> schema, IReadOnlyList<JobFileSetting> settings)
    {
        var problems = new List<JobFileProblem>();
        if (JsonTreeReader.Read(json, name, problems) is not { } tree)
        {
            return new JobFileResult(null, problems);
        }

        foreach (var setting in settings)
        {
            tree = setting.ApplyTo(tree, problems);
        }

        using var document = JsonDocument.Parse(schema);
        new SchemaValidator(document.RootElement, problems).Validate(tree);
        JobFileRules.Check(tree, problems);
        return problems.Count == 0
            ? new JobFileResult(JobSpecReader.Read(tree), [])
            : new JobFileResult(null, InOrder(problems));
    }

    /// <summary>The schema's order of checking means nothing to who reads the file from top to bottom.</summary>
    internal static List<JobFileProblem> InOrder(List<JobFileProblem> problems) =>
        [.. problems.OrderBy(item => item.Line == 0).ThenBy(item => item.Line).ThenBy(item => item.Column)];
}
