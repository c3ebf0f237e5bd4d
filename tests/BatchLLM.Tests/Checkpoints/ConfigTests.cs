using System.Text.Json.Nodes;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Attention;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

public sealed class ConfigTests
{
    [Theory]
    [InlineData("architectures", """["MistralForCausalLM"]""", "the architecture is MistralForCausalLM")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act is 'gelu'")]
    [InlineData("attention_bias", "true", "attention_bias is true")]
    [InlineData("mlp_bias", "true", "mlp_bias is true")]
    [InlineData("rope_scaling", """{"type": "yarn", "factor": 4.0}""", "the rope type is 'yarn'")]
    [InlineData("rope_scaling", """{"rope_type": "llama3", "factor": 8.0}""", "low_freq_factor is missing")]
    [InlineData(
        "rope_scaling",
        """{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 64}""",
        "expected the high one to be larger")]
    [InlineData("quantization_config", """{"quant_method": "fp8"}""", "quant_method is 'fp8'")]
    [InlineData("hidden_size", "\"64\"", "hidden_size is \"64\"; expected an integer of 1 or more")]
    [InlineData("num_hidden_layers", "null", "num_hidden_layers is missing")]
    [InlineData("vocab_size", "0", "vocab_size is 0")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps is -1")]
    [InlineData("num_key_value_heads", "3", "num_attention_heads is 4 and num_key_value_heads 3")]
    [InlineData("head_dim", "15", "the head size is 15")]
    [InlineData("eos_token_id", "\"end\"", "eos_token_id is \"end\"")]
    [InlineData("eos_token_id", "400", "eos_token_id 400 is outside the vocabulary of 307")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings is 1; expected true or false")]
    public void A_configuration_that_is_not_computed_is_refused_by_name(string key, string value, string message)
    {
        using var copy = new ModelCopy();
        copy.EditJson("config.json", json => json[key] = JsonNode.Parse(value));
        var e = Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(copy.Folder));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_modelopt_checkpoint_is_refused_by_its_algorithm()
    {
        using var copy = new ModelCopy();
        File.WriteAllText(copy.File("hf_quant_config.json"), """{"quantization": {"quant_algo": "W4A8_AWQ"}}""");
        var e = Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(copy.Folder));
        Assert.Contains("quant_algo is 'W4A8_AWQ'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_or_configuration_is_named()
    {
        using var copy = new ModelCopy();
        File.Delete(copy.File("config.json"));
        Assert.Contains("config.json: the file is missing", Refusal(copy.Folder), StringComparison.Ordinal);
        File.WriteAllText(copy.File("config.json"), "[]");
        Assert.Contains("not a JSON object", Refusal(copy.Folder), StringComparison.Ordinal);
        File.WriteAllText(copy.File("config.json"), "{");
        Assert.Contains("not valid JSON", Refusal(copy.Folder), StringComparison.Ordinal);
        Assert.Contains("no such directory", Refusal(copy.Folder + "-elsewhere"), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_shapes_of_the_rope_keys_are_read()
    {
        var scaling = """{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}""";
        using var older = new ModelCopy();
        older.EditJson("config.json", json => (json["rope_theta"], json["rope_scaling"]) = (500000, JsonNode.Parse(scaling)));
        using var newer = new ModelCopy();
        newer.EditJson("config.json", json =>
        {
            json.Remove("rope_theta");
            json.Remove("rope_scaling");
            var rope = JsonNode.Parse(scaling)!;
            rope["rope_theta"] = 500000;
            json["rope_parameters"] = rope;
        });
        using var first = ModelDirectory.Open(older.Folder);
        using var second = ModelDirectory.Open(newer.Folder);
        Assert.Equal(new RopeScaling(8, 1, 4, 8192), first.Config.RopeScaling);
        Assert.Equal(first.Config.RopeScaling, second.Config.RopeScaling);
        Assert.Equal(first.Config.RopeTheta, second.Config.RopeTheta);
    }

    // Values of the published formula in double arithmetic, head size 128.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 0.128687373)]
    [InlineData(28, 0.00321144599)]
    [InlineData(29, 0.00216657076)]
    [InlineData(32, 0.000524846161)]
    [InlineData(34, 0.000178507813)]
    [InlineData(35, 0.0000955621235)]
    [InlineData(63, 3.06892599e-7)]
    public void Llama3_stretches_the_rotary_frequencies_as_published(int pair, double expected)
    {
        using var model = ModelDirectory.Open(BatchLLM.Tests.Engine.TestData.Model("tied-bf16"));
        var config = model.Config with { HeadSize = 128, RopeTheta = 500000, RopeScaling = new RopeScaling(8, 1, 4, 8192) };
        var frequency = RopeTable.Frequencies(config)[pair];
        Assert.InRange(frequency, expected * (1 - 1e-6), expected * (1 + 1e-6));
    }

    [Fact]
    public void An_absent_head_size_follows_from_the_hidden_size()
    {
        using var copy = new ModelCopy();
        copy.EditJson("config.json", json => json.Remove("head_dim"));
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(16, model.Config.HeadSize);
    }

    private static string Refusal(string folder) =>
        Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(folder)).Message;
}
