using System.Text.Json.Nodes;
using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>Weights and weight files of quantized checkpoints, each rule broken once.</summary>
public sealed class QuantizedWeightTests
{
    private const string Index = "model.safetensors.index.json";
    private const string FirstShard = "model-00001-of-00002.safetensors";
    private const string SecondShard = "model-00002-of-00002.safetensors";
    private const string Query = "model.layers.0.self_attn.q_proj";
    private const string Key = "model.layers.0.self_attn.k_proj";

    [Theory]
    [InlineData("fp8-static", "I8")]
    [InlineData("fp8-static", "U8")]
    [InlineData("fp8-static", "F8_E5M2")]
    [InlineData("fp8-dynamic", "U8")]
    [InlineData("int8-dynamic", "U8")]
    [InlineData("int8-dynamic", "F8_E4M3")]
    [InlineData("nvfp4-v023", "I8")]
    [InlineData("nvfp4-v023", "F8_E4M3")]
    public void Weights_of_another_type_are_refused(string name, string type)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor($"{Query}.weight", t => t with { Type = type });
        Refusal.Assert(copy, $"'{Query}.weight'", type);
    }

    [Theory]
    [InlineData("fp8-static", 64, 256)]
    [InlineData("int8-dynamic", 256, 64)]
    [InlineData("nvfp4-v023", 64, 128)]
    public void Weights_of_another_shape_are_refused(string name, int rows, int columns)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditTensor($"{Query}.weight", t => t with { Shape = [rows, columns] });
        Refusal.Assert(copy, $"'{Query}.weight'", $"shape [{rows}, {columns}]");
    }

    [Fact]
    public void A_leading_axis_of_one_on_packed_weights_changes_nothing()
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v023");
        copy.EditTensor($"{Query}.weight", t => t with { Shape = [1, .. t.Shape] });
        using var model = ModelDirectory.Open(copy.Folder);
        using var original = ModelDirectory.Open(Engine.CheckpointFixture.Folder("nvfp4-v023"));
        Assert.Equal(Row(original), Row(model));
    }

    [Theory]
    [InlineData("fp8-static", "self_attn.k_proj")]
    [InlineData("nvfp4-v023", "self_attn.v_proj")]
    [InlineData("fp8-static", "mlp.up_proj")]
    public void One_unquantized_sibling_is_refused_even_if_it_is_excluded(string name, string module)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        var full = $"model.layers.0.{module}";
        string[] scales = name == "fp8-static" ? ["weight_scale", "input_scale"] : ["weight_scale", "weight_scale_2", "input_scale"];
        foreach (var scale in scales)
        {
            copy.EditTensor($"{full}.{scale}", _ => null);
        }

        copy.EditTensor($"{full}.weight", Unquantized);
        Refusal.Assert(copy, $"'{full}'", "without a weight_scale");
        copy.EditJson("hf_quant_config.json", json => json["quantization"]!["exclude_modules"] = new JsonArray("lm_head", full));
        Refusal.Assert(copy, "layer 0", module, "expected all or none");
    }

    [Fact]
    public void A_scale_without_its_module_is_refused()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.AddTensorBeside("model.norm.weight", "model.layers.2.mlp.up_proj.weight_scale", StoredTensor.Floats([], 1));
        Refusal.Assert(copy, "'model.layers.2.mlp.up_proj.weight_scale'");
    }

    [Fact]
    public void Asymmetric_weights_are_refused()
    {
        using var copy = ModelCopy.OfCheckpoint("int8-dynamic");
        copy.AddTensorBeside("model.norm.weight", $"{Query}.weight_zero_point", new StoredTensor("I8", [128, 1], new byte[128]).WithByte(9, 3));
        Refusal.Assert(copy, $"'{Query}.weight_zero_point'", "not all zero");
    }

    [Fact]
    public void Zero_points_that_are_all_zero_change_nothing()
    {
        using var copy = ModelCopy.OfCheckpoint("int8-dynamic");
        copy.AddTensorBeside("model.norm.weight", $"{Query}.weight_zero_point", new StoredTensor("I8", [128, 1], new byte[128]));
        Assert.Empty(ModelInspection.Of(copy.Folder).Problems);
    }

    [Theory]
    [InlineData("fp8-static", FirstShard)]
    [InlineData("nvfp4-v035", SecondShard)]
    public void A_missing_shard_is_named(string name, string shard)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        File.Delete(copy.File(shard));
        Refusal.Assert(copy, $"{shard}: the file is missing");
    }

    [Theory]
    [InlineData("../model-00001-of-00002.safetensors")]
    [InlineData("..\\model-00001-of-00002.safetensors")]
    [InlineData("/model-00001-of-00002.safetensors")]
    public void An_index_that_leaves_the_directory_is_refused(string file)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditJson(Index, json => json["weight_map"]![$"{Query}.weight_scale"] = file);
        Refusal.Assert(copy, $"'{Query}.weight_scale'", $"'{file}'");
    }

    [Fact]
    public void A_scale_over_the_bytes_of_a_weight_is_refused()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditHeader(FirstShard, json =>
        {
            var begin = (long)json[$"{Key}.weight"]!["data_offsets"]![0]!;
            json[$"{Query}.input_scale"]!["data_offsets"] = new JsonArray(begin, begin + 4);
        });
        Refusal.Assert(copy, $"{FirstShard}: tensor", "overlaps");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void A_truncated_shard_is_named(int missing)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        using (var file = File.OpenWrite(copy.File(SecondShard)))
        {
            file.SetLength(file.Length - missing);
        }

        Refusal.Assert(copy, $"{SecondShard}: ", "truncated");
    }

    private static float[] Row(ModelDirectory model)
    {
        var row = new float[model.Linear(Query).InputCount];
        model.Linear(Query).ReadFloats(7, row);
        return row;
    }

    // The same module in BF16, all zero; the values do not matter to what is asserted.
    private static StoredTensor Unquantized(StoredTensor weight)
    {
        var inputs = weight.Type == "U8" ? 2 * weight.Shape[1] : weight.Shape[1];
        return new StoredTensor("BF16", [weight.Shape[0], inputs], new byte[2 * weight.Shape[0] * inputs]);
    }
}
