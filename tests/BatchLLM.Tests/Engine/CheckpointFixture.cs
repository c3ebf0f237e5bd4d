using System.Globalization;
using System.Text.Json;
using BatchLLM.Checkpoints;
using BatchLLM.Tests.Architecture;

namespace BatchLLM.Tests.Engine;

/// <summary>A small checkpoint in a publisher's layout; tests/data/checkpoints/make_checkpoints.py says how it is made.</summary>
internal static class CheckpointFixture
{
    public static readonly string[] Names =
        ["fp8-static", "nvfp4-v023", "nvfp4-v035", "fp8-dynamic", "int8-dynamic", "plain-f16", "onnx-int4-dq", "onnx-int4-nbits"];

    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static string RootFolder { get; } = Path.Combine(RepositoryRoot.Path, "tests", "data", "checkpoints");

    public static string Folder(string name) => Path.Combine(RootFolder, name);

    public static Expectation Expected(string name) =>
        JsonSerializer.Deserialize<Expectation>(File.ReadAllBytes(Path.Combine(Folder(name), "expected.json")), Options)!;

    /// <summary>What the independent forward pass computes, and rows of dequantized weights.</summary>
    internal sealed record Expectation(Case[] Cases, WeightRow[] Weights);

    /// <summary>One prompt; logits are those after its last token.</summary>
    internal sealed record Case(string Numerics, string Kv, int[] Prompt, int[] Greedy, float[] Logits)
    {
        public Numerics ParsedNumerics => NumericsNames.Parse(Numerics)!.Value;

        public KvPrecision ParsedKv => Kv == "fp8" ? KvPrecision.Fp8 : KvPrecision.Full;
    }

    /// <summary>A row of a linear layer; bits are float32 in hexadecimal, 8 digits each.</summary>
    internal sealed record WeightRow(string Module, int Row, string Bits)
    {
        public uint[] Values => [.. Bits.Chunk(8).Select(digits => uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }
}
