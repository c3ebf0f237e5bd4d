using System.Globalization;

namespace BatchLLM.Retention;

/// <summary>What removing a job's results came to.</summary>
/// <param name="Files">Files that were removed, the receipt among them.</param>
/// <param name="Left">Names of files that are not what the job wrote any more, and so are somebody else's.</param>
/// <param name="WasThere">False if the job's receipt did not stand in its output: then nothing says what is its own.</param>
public sealed record RemovedResults(int Files, IReadOnlyList<string> Left, bool WasThere)
{
    // A row of the database keeps them, and people read it.
    private const int MostNames = 10;

    /// <summary>What is to be remembered of it; null if all went as expected.</summary>
    public string? Note => this switch
    {
        { WasThere: false } => "the job's receipt did not stand there any more, so that whatever did was left",
        { Left: [] } => null,
        { Left: [var name] } => $"1 file was left, because it is not what the job wrote: {name}",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{Left.Count} files were left, because they are not what the job wrote: {string.Join(", ", Left.Take(MostNames))}{(Left.Count > MostNames ? " and others" : "")}"),
    };
}
