using BatchLLM.CudaTests.Emulation;
using BatchLLM.IntegrationTests.Cli;

namespace BatchLLM.IntegrationTests.Gpu;

/// <summary>A machine with a driver, a compiler and a library of products whose GPUs are the emulator (kernels/emulator/driver).</summary>
internal static class EmulatedGpu
{
    private const string Directories = "BATCHLLM_CUDA_LIBRARIES";

    private static readonly Lazy<string> Libraries =
        new(() => Path.Combine(EmulatorBuild.Run(Checkout.Root, sanitized: false), "driver"));

    /// <summary>Environment of a process that has such GPUs.</summary>
    /// <param name="settings">What is other than usual about them; see kernels/emulator/driver/device.h.</param>
    public static Dictionary<string, string> Environment(params (string Name, object Value)[] settings) =>
        new(settings.Select(setting => KeyValuePair.Create(setting.Name, FormattableString.Invariant($"{setting.Value}"))))
        {
            [Directories] = Libraries.Value,
        };

    /// <summary>Environment of a process that finds some of the libraries only.</summary>
    /// <param name="folder">Receives links to them.</param>
    /// <param name="files">Names of theirs.</param>
    public static Dictionary<string, string> With(string folder, params string[] files)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            File.CreateSymbolicLink(Path.Combine(folder, file), Path.Combine(Libraries.Value, file));
        }

        return new Dictionary<string, string> { [Directories] = folder };
    }
}
