using System.Runtime.CompilerServices;

namespace BatchLLM.Tests.Engine;

/// <summary>Finds tests/data/engine from this source file, wherever the build output lies.</summary>
internal static class TestData
{
    public static readonly string[] ModelNames = ["tied-bf16", "llama3-rope-f16", "mha-f32"];

    public static string EngineFolder { get; } = Find();

    public static string Model(string name) => Path.Combine(EngineFolder, name);

    private static string Find([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "../../data/engine"));
}
