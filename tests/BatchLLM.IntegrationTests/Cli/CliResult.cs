using System.Text.Json;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>What a run of the executable left behind.</summary>
/// <param name="ExitCode">128 + signal if a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    public const int Killed = 137;

    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}
