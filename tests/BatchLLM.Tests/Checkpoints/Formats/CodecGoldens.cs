using System.Globalization;
using System.Text.Json;
using BatchLLM.Tests.Engine;

namespace BatchLLM.Tests.Checkpoints.Formats;

/// <summary>What codes and roundings must be; made from exact fractions by tests/data/checkpoints/make_codecs.py.</summary>
internal static class CodecGoldens
{
    private static readonly JsonElement Root = JsonSerializer.Deserialize<JsonElement>(
        File.ReadAllBytes(Path.Combine(CheckpointFixture.RootFolder, "codecs.json")));

    public static JsonElement Example(string name) => Root.GetProperty("examples").GetProperty(name);

    public static float[] Values(string name) => Floats(Root.GetProperty(name));

    public static (float Input, byte Code)[] Encodings(string name) =>
        [.. Root.GetProperty(name).EnumerateArray().Select(pair => (Float(pair[0]), pair[1].GetByte()))];

    public static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(Float)];

    public static float Float(JsonElement bits) => BitConverter.UInt32BitsToSingle(
        uint.Parse(bits.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    public static byte[] Bytes(JsonElement hexadecimal) => Convert.FromHexString(hexadecimal.GetString()!);
}
