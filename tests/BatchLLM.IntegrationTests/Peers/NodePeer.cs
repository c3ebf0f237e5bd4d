using System.Diagnostics;
using BatchLLM.IntegrationTests.Cli;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>Another implementation, run by Node.js from tests/peers: JSON lines in, JSON lines out.</summary>
internal static class NodePeer
{
    /// <summary>Where the scripts and their node_modules lie.</summary>
    public static string Directory { get; } = Path.Combine(Checkout.Root, "tests", "peers");

    /// <summary>The path of a file of a package that the peers installed.</summary>
    public static string PackageFile(params string[] parts) => Path.Combine([Directory, "node_modules", .. parts]);

    /// <summary>Runs a script on lines and gives its lines back.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it said.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        string script, IReadOnlyList<string> arguments, IEnumerable<string> lines)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Directory, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process.StandardInput, lines);
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {await error}");
    }

    private static async Task WriteAsync(StreamWriter input, IEnumerable<string> lines)
    {
        await using (input)
        {
            foreach (var line in lines)
            {
                await input.WriteAsync(line + "\n");
            }
        }
    }
}
