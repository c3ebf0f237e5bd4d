using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>Scales of quantized checkpoints, each rule broken once; and every shape that exporters have written.</summary>
public sealed class QuantizedScaleTests
{
    private const string Query = "model.layers.0.self_attn.q_proj";
    private const string Down = "model.layers.1.mlp.down_proj";
    private const string KeyScale = "model.layers.1.self_attn.k_proj.k_scale";

    public static TheoryData<string, string> Scales => new()
    {
        { "fp8-static", $"{Query}.weight_scale" },
        { "fp8-static", $"{Query}.input_scale" },
        { "fp8-static", KeyScale },
        { "fp8-static", "model.layers.0.self_attn.v_proj.v_scale" },
        { "nvfp4-v023", $"{Down}.weight_scale_2" },
        { "nvfp4-v035", $"{Down}.input_scale" },
    };

    public static TheoryData<string, string, float> UnusableScales
    {
        get
        {
            var data = new TheoryData<string, string, float>();
            foreach (var row in Scales)
            {
                foreach (var value in new[] { float.NaN, 0, -0f, -1, float.PositiveInfinity, float.NegativeInfinity })
                {
                    data.Add(row.Data.Item1, row.Data.Item2, value);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(UnusableScales))]
    public void A_scale_that_is_not_positive_and_finite_is_refused(string name, string scale, float value)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor(scale, t => StoredTensor.Floats(t.Shape, value));
        Refusal.Assert(copy, $"'{scale}'", FormattableString.Invariant($"{value}"), "expected a positive finite number");
    }

    [Theory]
    [InlineData("fp8-dynamic", 0x7FC0, "NaN")]
    [InlineData("fp8-dynamic", 0x0000, "0")]
    [InlineData("fp8-dynamic", 0xBF80, "-1")]
    [InlineData("int8-dynamic", 0x7F80, "Infinity")]
    public void One_unusable_scale_of_one_output_is_refused(string name, int bits, string value)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor($"{Query}.weight_scale", t => t.WithByte(2 * 77, (byte)bits).WithByte(2 * 77 + 1, (byte)(bits >> 8)));
        Refusal.Assert(copy, $"'{Query}.weight_scale'", $"scale {value} at element 77", "expected a positive finite number");
    }

    [Theory]
    [InlineData("fp8-static", "weight_scale")]
    [InlineData("fp8-static", "input_scale")]
    [InlineData("nvfp4-v023", "weight_scale")]
    [InlineData("nvfp4-v023", "weight_scale_2")]
    [InlineData("nvfp4-v035", "input_scale")]
    [InlineData("fp8-dynamic", "weight_scale")]
    [InlineData("int8-dynamic", "weight_scale")]
    public void A_missing_scale_is_named(string name, string suffix)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor($"{Query}.{suffix}", _ => null);
        Refusal.Assert(copy, $"tensor '{Query}.{suffix}' is missing");
    }

    [Theory]
    [InlineData("fp8-static", "weight_scale", 2)]
    [InlineData("fp8-static", "input_scale", 128)]
    [InlineData("nvfp4-v023", "weight_scale_2", 2)]
    [InlineData("fp8-dynamic", "weight_scale", 127)]
    public void A_scale_of_another_length_is_refused(string name, string suffix, int length)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor($"{Query}.{suffix}", _ => StoredTensor.Floats([length], [.. Enumerable.Repeat(1f, length)]));
        Refusal.Assert(copy, $"'{Query}.{suffix}'", $"shape [{length}]");
    }

    [Theory]
    [InlineData(128, 4)]
    [InlineData(8, 128)]
    [InlineData(128, 16)]
    public void Nvfp4_block_scales_of_another_shape_are_refused(int rows, int columns)
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v023");
        copy.EditTensor($"{Query}.weight_scale", t => t with { Shape = [rows, columns], Data = new byte[rows * columns] });
        Refusal.Assert(copy, $"'{Query}.weight_scale'", $"shape [{rows}, {columns}]", "expected [128, 8]");
    }

    [Fact]
    public void A_static_scale_per_output_is_not_what_ModelOpt_FP8_declares()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditTensor($"{Query}.weight_scale", _ => StoredTensor.Floats([128, 1], [.. Enumerable.Repeat(1f, 128)]));
        Refusal.Assert(copy, $"'{Query}.weight_scale'", "shape [128, 1]");
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xB8)]
    [InlineData(0x7F)]
    [InlineData(0xFF)]
    public void A_sign_or_NaN_in_an_nvfp4_block_scale_is_refused_when_it_is_read(byte code)
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        copy.EditTensor($"{Query}.weight_scale", t => t.WithByte(5 * 8 + 3, code));
        using var model = ModelDirectory.Open(copy.Folder);
        var linear = model.Linear(Query);
        linear.ReadFloats(0, new float[5 * linear.InputCount]);
        var refusal = Assert.Throws<BatchLLMException>(() => linear.ReadFloats(5, new float[linear.InputCount]));
        Assert.Contains($"'{Query}.weight_scale'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("row 5", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x30 }, 0.125f)]
    [InlineData("BF16", new byte[] { 0x00, 0x3E }, 0.125f)]
    public void Sixteen_bit_scales_of_any_scalar_shape_are_read(string type, byte[] data, float expected)
    {
        foreach (var shape in new int[][] { [], [1] })
        {
            using var copy = ModelCopy.OfCheckpoint("nvfp4-v023");
            copy.EditTensor($"{Query}.weight_scale_2", _ => new StoredTensor(type, shape, data));
            using var model = ModelDirectory.Open(copy.Folder);
            Assert.Equal(expected, model.Linear(Query).GlobalScale);
        }
    }

    [Theory]
    [InlineData("self_attn.k_scale", "self_attn.v_scale")]
    [InlineData("self_attn.qkv_proj.k_scale", "self_attn.qkv_proj.v_scale")]
    [InlineData("self_attn.kv_scale", null)]
    [InlineData("self_attn.k_proj.k_scale", "self_attn.v_proj.v_scale")]
    public void Kv_scales_are_found_under_every_spelling(string key, string? value)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditTensor(KeyScale, _ => null);
        copy.EditTensor("model.layers.1.self_attn.v_proj.v_scale", _ => null);
        copy.AddTensorBeside("model.norm.weight", $"model.layers.1.{key}", StoredTensor.Floats([], 3));
        if (value is not null)
        {
            copy.AddTensorBeside("model.norm.weight", $"model.layers.1.{value}", StoredTensor.Floats([1], 5));
        }

        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(new KvScales(3, value is null ? 3 : 5), model.KvScales(1));
        Assert.Equal(new KvScales(1, 1), model.KvScales(0));
    }

    [Fact]
    public void Missing_kv_scales_are_one_with_a_notice()
    {
        using var model = ModelDirectory.Open(Engine.CheckpointFixture.Folder("nvfp4-v035"));
        Assert.Equal(new KvScales(1, 1), model.KvScales(0));
        Assert.Contains(
            ModelInspection.Of(Engine.CheckpointFixture.Folder("nvfp4-v035")).Notices,
            n => n.Contains("no k_scale or v_scale", StringComparison.Ordinal));
    }
}
