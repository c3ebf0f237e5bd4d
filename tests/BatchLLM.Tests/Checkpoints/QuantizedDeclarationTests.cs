using System.Text.Json.Nodes;
using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>What a checkpoint declares about its quantization, each rule broken once.</summary>
public sealed class QuantizedDeclarationTests
{
    private const string Config = "config.json";
    private const string QuantFile = "hf_quant_config.json";
    private const string Down = "model.layers.0.mlp.down_proj";

    [Theory]
    [InlineData("MIXED_PRECISION")]
    [InlineData("NVFP4_AWQ")]
    [InlineData("W4A16_AWQ")]
    [InlineData("FP8_PER_CHANNEL_PER_TOKEN")]
    [InlineData("made-up")]
    public void An_unknown_algorithm_is_named(string algorithm)
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v023");
        copy.EditJson(QuantFile, json => json["quantization"]!["quant_algo"] = algorithm);
        Refusal.Assert(copy, QuantFile, $"'{algorithm}'");
    }

    [Fact]
    public void An_unknown_algorithm_of_the_inline_declaration_is_named()
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        File.Delete(copy.File(QuantFile));
        copy.EditJson(Config, json => json["quantization_config"]!["quant_algo"] = "MIXED_PRECISION");
        Refusal.Assert(copy, Config, "'MIXED_PRECISION'");
    }

    [Fact]
    public void A_declaration_without_an_algorithm_is_refused()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditJson(QuantFile, json => json["quantization"]!.AsObject().Remove("quant_algo"));
        Refusal.Assert(copy, QuantFile, "quant_algo");
    }

    [Theory]
    [InlineData("gptq")]
    [InlineData("awq")]
    [InlineData("bitsandbytes")]
    [InlineData("fbgemm_fp8")]
    public void An_unknown_method_is_named(string method)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-dynamic");
        copy.EditJson(Config, json => json["quantization_config"]!["quant_method"] = method);
        Refusal.Assert(copy, Config, $"'{method}'");
    }

    [Fact]
    public void Another_group_size_is_refused_in_both_declarations()
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        copy.EditJson(QuantFile, json => json["quantization"]!["group_size"] = 32);
        Refusal.Assert(copy, QuantFile, "group_size is 32");
        File.Delete(copy.File(QuantFile));
        copy.EditJson(Config, json => json["quantization_config"]!["config_groups"]!["group_0"]!["weights"]!["group_size"] = 32);
        Refusal.Assert(copy, Config, "group_size is 32");
    }

    [Theory]
    [InlineData("NVFP4")]
    [InlineData("NVFP4_AFFINE")]
    [InlineData("INT8")]
    public void Another_kv_cache_is_named(string algorithm)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditJson(QuantFile, json => json["quantization"]!["kv_cache_quant_algo"] = algorithm);
        Refusal.Assert(copy, QuantFile, $"'{algorithm}'");
    }

    [Theory]
    [InlineData("weights", "num_bits", "4")]
    [InlineData("weights", "type", "\"other\"")]
    [InlineData("weights", "strategy", "\"group\"")]
    [InlineData("weights", "strategy", "\"block\"")]
    [InlineData("weights", "symmetric", "false")]
    [InlineData("input_activations", "num_bits", "4")]
    [InlineData("input_activations", "type", "\"other\"")]
    [InlineData("input_activations", "strategy", "\"group\"")]
    public void Another_compressed_tensors_scheme_is_refused(string part, string key, string value)
    {
        foreach (var name in new[] { "fp8-dynamic", "int8-dynamic" })
        {
            using var copy = ModelCopy.OfCheckpoint(name);
            copy.EditJson(Config, json => json["quantization_config"]!["config_groups"]!["group_0"]![part]![key] = JsonNode.Parse(value));
            Refusal.Assert(copy, Config, "declared");
        }
    }

    [Fact]
    public void Another_compressed_tensors_format_is_named()
    {
        using var copy = ModelCopy.OfCheckpoint("int8-dynamic");
        copy.EditJson(Config, json => json["quantization_config"]!["format"] = "pack-quantized");
        Refusal.Assert(copy, Config, "'pack-quantized'");
    }

    [Theory]
    [InlineData("fp8-static", Down)]
    [InlineData("nvfp4-v023", "*.layers.0.mlp.down_proj")]
    [InlineData("nvfp4-v035", "down_proj")]
    public void An_excluded_module_with_a_scale_is_refused(string name, string pattern)
    {
        using var copy = ModelCopy.OfCheckpoint(name);
        copy.EditJson(QuantFile, json => json["quantization"]!["exclude_modules"] = new JsonArray("lm_head", pattern));
        Refusal.Assert(copy, $"'{Down}'", $"'{Down}.weight_scale'", "excludes");
    }

    [Theory]
    [InlineData(Down)]
    [InlineData("re:.*layers\\.0.*down_proj")]
    public void An_ignored_module_with_a_scale_is_refused(string pattern)
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-dynamic");
        copy.EditJson(Config, json => json["quantization_config"]!["ignore"] = new JsonArray("lm_head", pattern));
        Refusal.Assert(copy, $"'{Down}'", $"'{Down}.weight_scale'", "excludes");
    }

    [Fact]
    public void A_module_that_is_no_longer_excluded_needs_a_scale()
    {
        using var copy = ModelCopy.OfCheckpoint("int8-dynamic");
        copy.EditJson(Config, json => json["quantization_config"]!["ignore"] = new JsonArray("lm_head"));
        Refusal.Assert(copy, "'model.layers.1.mlp.down_proj'", "without a weight_scale");
    }

    [Fact]
    public void A_head_that_is_not_excluded_needs_a_scale()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditJson(QuantFile, json => json["quantization"]!["exclude_modules"] = new JsonArray());
        Refusal.Assert(copy, "'lm_head'", "without a weight_scale");
    }

    [Fact]
    public void Missing_exclusions_mean_the_head()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        copy.EditJson(QuantFile, json => json["quantization"]!.AsObject().Remove("exclude_modules"));
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(["lm_head"], model.Quantization.Excluded);
    }

    // JSON may hold strings that are no text: half a surrogate pair passes the parser and fails when it is read.
    [Theory]
    [InlineData(Config, "\"LlamaForCausalLM\"")]
    [InlineData(Config, "\"torch_dtype\"")]
    [InlineData(QuantFile, "\"NVFP4\"")]
    [InlineData(QuantFile, "\"lm_head\"")]
    [InlineData(QuantFile, "\"quant_algo\"")]
    [InlineData("model.safetensors.index.json", "\"lm_head.weight\"")]
    [InlineData("model.safetensors.index.json", "\"model-00001-of-00002.safetensors\"")]
    public void A_string_that_is_no_text_is_refused(string file, string replaced)
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        var text = File.ReadAllText(copy.File(file));
        Assert.Contains(replaced, text, StringComparison.Ordinal);
        File.WriteAllText(copy.File(file), text.Replace(replaced, "\"\\ud800\"", StringComparison.Ordinal));
        Refusal.Assert(copy, file);
    }

    [Fact]
    public void Quantized_weights_without_a_declaration_are_refused()
    {
        using var copy = ModelCopy.OfCheckpoint("fp8-static");
        File.Delete(copy.File(QuantFile));
        Refusal.Assert(copy, "no quantization is declared");
    }

    [Fact]
    public void The_file_wins_over_a_differing_inline_declaration_with_a_notice()
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        copy.EditJson(Config, json => json["quantization_config"]!.AsObject().Remove("kv_cache_scheme"));
        var inspection = ModelInspection.Of(copy.Folder);
        Assert.Empty(inspection.Problems);
        Assert.Contains(inspection.Notices, n => n.Contains("disagrees with hf_quant_config.json", StringComparison.Ordinal));
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(KvPrecision.Fp8, model.Quantization.Kv);
    }

    [Fact]
    public void The_inline_declaration_alone_is_enough()
    {
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v035");
        File.Delete(copy.File(QuantFile));
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(KvPrecision.Fp8, model.Quantization.Kv);
        Assert.Equal(Numerics.W4A16, model.Quantization.Default);
    }
}
