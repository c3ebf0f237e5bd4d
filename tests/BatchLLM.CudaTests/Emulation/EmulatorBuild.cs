using System.Diagnostics;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Builds the kernels and their emulator, with the tests' own kernels, from what has changed.</summary>
internal static class EmulatorBuild
{
    /// <summary>Builds.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="sanitized">With every access to memory and every undefined behaviour checked.</param>
    /// <returns>The folder of libemulator.so.</returns>
    public static string Run(string root, bool sanitized)
    {
        var tests = Path.Combine(root, "tests", "BatchLLM.CudaTests");
        var folder = Path.Combine(root, "artifacts", "emulator", sanitized ? "sanitized" : "plain");
        var start = new ProcessStartInfo(Path.Combine(root, "kernels", "emulator", "build.sh"))
        {
            RedirectStandardError = true,
            ArgumentList = { folder },
        };
        if (sanitized)
        {
            start.ArgumentList.Add("--sanitize");
        }

        foreach (var source in Directory.GetFiles(tests, "*.cu", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            start.ArgumentList.Add(source);
        }

        start.Environment.Remove("LD_PRELOAD"); // the compiler need not be watched
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0
            ? folder
            : throw new InvalidOperationException($"kernels/emulator/build.sh failed:{Environment.NewLine}{errors}");
    }
}
