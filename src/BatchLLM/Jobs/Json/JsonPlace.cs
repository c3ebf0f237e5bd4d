namespace BatchLLM.Jobs.Json;

/// <summary>Where a value was written, for messages about it.</summary>
/// <param name="Source">The file's name, or the command-line option.</param>
/// <param name="Line">1-based; 0 for an option.</param>
/// <param name="Column">1-based; 0 for an option.</param>
internal readonly record struct JsonPlace(string Source, int Line, int Column)
{
    public static JsonPlace Option(string option) => new(option, 0, 0);

    public JobFileProblem Problem(string path, string message) => new(Source, path, Line, Column, message);
}
