using System.Globalization;

namespace BatchLLM.Jobs;

/// <summary>One thing that is wrong with a job file, for its author.</summary>
/// <param name="Source">The job file's name, or the command-line option that set the value.</param>
/// <param name="Path">The key, as <c>--set</c> takes it: <c>input.0.uri</c>; empty for the file as a whole.</param>
/// <param name="Line">1-based line in the file; 0 for an option.</param>
/// <param name="Column">1-based UTF-16 column in the line; 0 for an option.</param>
/// <param name="Message">What was found and what was expected. Never holds prompt text.</param>
public sealed record JobFileProblem(string Source, string Path, int Line, int Column, string Message)
{
    /// <summary>
    /// How many are looked for, about: enough to mend a file by. One made to be a burden has a hundred thousand, and saying what
    /// each of them probably meant takes seconds.
    /// </summary>
    internal const int Most = 100;

    /// <summary>Text for people and editors: <c>job.json:12:5: sampling.max_tokens is 0; ...</c>.</summary>
    public override string ToString() => Line == 0
        ? $"{Source}: {Message}"
        : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}: {Message}");
}
