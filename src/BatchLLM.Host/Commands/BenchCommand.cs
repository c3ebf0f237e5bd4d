using System.CommandLine;
using System.Text.Json;
using BatchLLM.Host.Bench;
using BatchLLM.Host.Display;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm bench --shape NAME --precision NAME</c>.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var command = new Command("bench", "Measures the engine on this machine's CPU or on a GPU, with a made-up model of a known shape.");
        options.AddTo(command);
        return command.Runs((parsed, terminal, cancellationToken) => RunAsync(options.Read(parsed), terminal, cancellationToken));
    }

    private static async Task<int> RunAsync(BenchRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            var output = await Task.Run(() => new BenchRun(request, terminal).Run(cancellationToken), CancellationToken.None);
            await WriteReportAsync(request.Report, output);
            new BenchView(terminal).Show(output);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync("Interrupted. What was measured so far is lost; run it again with fewer combinations.");
            return ExitCodes.Interrupted;
        }
    }

    private static async Task WriteReportAsync(string? path, BenchOutput output)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(output, Terminal.JsonOptions), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchLLMException($"--report {path}: the file cannot be written ({e.Message}). Give another path.", innerException: e);
        }
    }
}
