using BatchLLM.Engine.Assembly;
using BatchLLM.Tests.Architecture;

namespace BatchLLM.Tests.Engine;

/// <summary>The golden models in tests/data/engine; its make_golden.py says how they are made.</summary>
internal static class TestData
{
    public static readonly string[] ModelNames = ["tied-bf16", "llama3-rope-f16", "mha-f32"];

    /// <summary>What this machine has without the instructions that round a layer's input to BF16, which goldens do not.</summary>
    public static InstructionSet FloatInstructions => InstructionSets.Found & InstructionSet.Avx512;

    public static string EngineFolder { get; } = Path.Combine(RepositoryRoot.Path, "tests", "data", "engine");

    public static string Model(string name) => Path.Combine(EngineFolder, name);
}
