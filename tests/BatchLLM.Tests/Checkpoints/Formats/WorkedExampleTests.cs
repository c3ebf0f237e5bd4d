using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Formats;

/// <summary>The worked examples of the formats' specification.</summary>
public sealed class WorkedExampleTests
{
    [Fact]
    public void Fp8_weights_with_a_scale_per_tensor()
    {
        var example = CodecGoldens.Example("fp8Static");
        var scale = CodecGoldens.Float(example.GetProperty("weightScale"));
        var codes = CodecGoldens.Floats(example.GetProperty("weights")).Select(w => E4M3.Encode(w / scale)).ToArray();
        Assert.Equal(CodecGoldens.Bytes(example.GetProperty("weightCodes")), codes);
        Assert.Equal(CodecGoldens.Floats(example.GetProperty("weightValues")), codes.Select(c => E4M3.Decode(c) * scale));
    }

    [Fact]
    public void Fp8_activations_with_a_static_scale_saturate()
    {
        var example = CodecGoldens.Example("fp8Static");
        var inverse = 1 / CodecGoldens.Float(example.GetProperty("inputScale"));
        var codes = CodecGoldens.Floats(example.GetProperty("inputs")).Select(x => E4M3.Encode(x * inverse));
        Assert.Equal(CodecGoldens.Bytes(example.GetProperty("inputCodes")), codes);
    }

    [Fact]
    public void Fp8_activations_with_a_scale_per_token()
    {
        var example = CodecGoldens.Example("fp8PerToken");
        var row = CodecGoldens.Floats(example.GetProperty("row"));
        var scale = row.Max(MathF.Abs) / E4M3.MaxValue;
        Assert.Equal(CodecGoldens.Float(example.GetProperty("scale")), scale);
        Assert.Equal(CodecGoldens.Bytes(example.GetProperty("codes")), row.Select(x => E4M3.Encode(x / scale)));
    }

    [Fact]
    public void Nvfp4_weights()
    {
        var example = CodecGoldens.Example("nvfp4Weight");
        var step = E4M3.Decode(CodecGoldens.Bytes(example.GetProperty("blockScale"))[0]) * CodecGoldens.Float(example.GetProperty("globalScale"));
        var values = Nibbles(CodecGoldens.Bytes(example.GetProperty("bytes"))).Select(code => E2M1.Decode(code) * step);
        var expected = example.GetProperty("values").EnumerateArray().Select(v => v.GetSingle());
        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void Nvfp4_activations_round_to_the_example_codes()
    {
        var example = CodecGoldens.Example("nvfp4Input");
        var inputScale = CodecGoldens.Float(example.GetProperty("inputScale"));
        var row = CodecGoldens.Floats(example.GetProperty("row"));
        RowRounder.RoundBlock(row, inputScale);
        var scale = E4M3.Decode(CodecGoldens.Bytes(example.GetProperty("blockScale"))[0]);
        var expected = Nibbles(CodecGoldens.Bytes(example.GetProperty("bytes"))).Select(code => E2M1.Decode(code) * scale * inputScale);
        Assert.Equal(expected, row);
    }

    // The low nibble is the earlier element.
    private static IEnumerable<int> Nibbles(byte[] bytes) => bytes.SelectMany(b => new[] { b & 15, b >> 4 });
}
