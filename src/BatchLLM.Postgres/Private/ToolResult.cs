namespace BatchLLM.Postgres.Private;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">What it said, on either stream.</param>
internal sealed record ToolResult(int ExitCode, string Output)
{
    /// <summary>The last line that says something: mostly the reason of a failure.</summary>
    internal string LastLine => Output
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .LastOrDefault("it said nothing");
}
