using System.Text.Json.Nodes;
using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>Every rule of the weight files, each broken once.</summary>
public sealed class WeightFileTests
{
    private const string Weights = "model.safetensors";
    private const string Norm = "model.norm.weight";
    private const string Index = "model.safetensors.index.json";

    [Fact]
    public void A_missing_weight_file_is_named()
    {
        using var copy = new ModelCopy();
        File.Delete(copy.File(Weights));
        AssertRefused(copy, "neither model.safetensors nor model.safetensors.index.json");
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        File.Delete(copy.File("model-00002-of-00002.safetensors"));
        AssertRefused(copy, "model-00002-of-00002.safetensors: the file is missing");
    }

    [Fact]
    public void A_file_shorter_than_its_header_length_is_truncated()
    {
        using var copy = new ModelCopy();
        File.WriteAllBytes(copy.File(Weights), [1, 2, 3]);
        AssertRefused(copy, "model.safetensors: the file has 3 bytes; expected at least 8");
        File.WriteAllBytes(copy.File(Weights), [200, 0, 0, 0, 0, 0, 0, 0, (byte)'{']);
        AssertRefused(copy, "the header's length is 200 bytes; expected at most 1");
        File.WriteAllBytes(copy.File(Weights), [255, 255, 255, 255, 255, 255, 255, 255, (byte)'{']);
        AssertRefused(copy, "the header's length is 18446744073709551615 bytes");
    }

    [Fact]
    public void Data_shorter_than_the_header_says_is_truncated()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, text => text, data => data[..^2]);
        AssertRefused(copy, "it is truncated");
    }

    [Fact]
    public void Data_longer_than_the_header_says_is_refused()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, text => text, data => [.. data, 0]);
        AssertRefused(copy, "longer than its tensors");
    }

    [Fact]
    public void A_header_that_is_not_an_object_is_refused()
    {
        using var copy = new ModelCopy();
        copy.Write(Weights, "[]", []);
        AssertRefused(copy, "does not begin with '{'");
        copy.Write(Weights, "{\"a\": ", []);
        AssertRefused(copy, "the header is not valid JSON");
    }

    [Fact]
    public void A_tensor_named_twice_is_refused()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, text => text.Replace("model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.gate_proj.weight", StringComparison.Ordinal));
        AssertRefused(copy, "tensor 'model.layers.1.mlp.gate_proj.weight' is named twice");
    }

    [Fact]
    public void A_field_named_twice_is_refused()
    {
        using var copy = new ModelCopy();
        copy.Write(Weights, """{"a": {"dtype": "F32", "dtype": "BF16", "shape": [1], "data_offsets": [0, 4]}}""", new byte[4]);
        AssertRefused(copy, "tensor 'a' has the field 'dtype' twice");
    }

    [Fact]
    public void Overlapping_tensors_are_refused()
    {
        using var copy = new ModelCopy();
        copy.Write(
            Weights,
            """{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}""",
            new byte[8]);
        AssertRefused(copy, "tensor 'b' overlaps 'a': it begins at data byte 4, expected 8");
    }

    [Fact]
    public void Holes_between_tensors_are_refused()
    {
        using var copy = new ModelCopy();
        copy.Write(
            Weights,
            """{"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}""",
            new byte[12]);
        AssertRefused(copy, "tensor 'b' leaves unused bytes after 'a'");
    }

    [Theory]
    [InlineData("""{"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}""", "of type F32 and shape [2] has 4 bytes of data; expected 8")]
    [InlineData("""{"dtype": "F99", "shape": [2], "data_offsets": [0, 4]}""", "has dtype 'F99'")]
    [InlineData("""{"shape": [2], "data_offsets": [0, 4]}""", "has no dtype")]
    [InlineData("""{"dtype": "F32", "data_offsets": [0, 4]}""", "has no shape")]
    [InlineData("""{"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}""", "has shape [-1]")]
    [InlineData("""{"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}""", "has data_offsets [4, 0]")]
    [InlineData("""{"dtype": "F32", "shape": [1], "data_offsets": [0]}""", "has data_offsets [0]")]
    [InlineData("""{"dtype": "F32", "shape": [4294967296, 4294967296, 4294967296, 4294967296], "data_offsets": [0, 4]}""", "expected a size below 2^63")]
    [InlineData("3", "is a JSON Number")]
    public void A_wrong_tensor_entry_is_refused(string entry, string message)
    {
        using var copy = new ModelCopy();
        copy.Write(Weights, $$"""{"a": {{entry}}}""", new byte[4]);
        AssertRefused(copy, message);
    }

    [Fact]
    public void Scalars_and_empty_tensors_are_read()
    {
        using var copy = new ModelCopy();
        var problems = new List<string>();
        copy.Write(
            "x.safetensors",
            """{"s": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}, "e": {"dtype": "F16", "shape": [0, 3], "data_offsets": [4, 4]}}    """,
            BitConverter.GetBytes(1.5f));
        using var set = new TensorSet();
        set.Add(copy.File("x.safetensors"), problems);
        Assert.Empty(problems);
        Assert.Equal(0, set.Tensors["e"].ElementCount);
        var value = new float[1];
        set.Tensors["s"].ReadFloats(0, value);
        Assert.Equal(1.5f, value[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Tensors["s"].ReadFloats(1, value));
        Assert.Throws<InvalidOperationException>(() => set.Tensors["s"].ReadBits16(0, new ushort[1]));
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, json => Rename(json, Norm, "model.other.weight"));
        AssertRefused(copy, "tensor 'model.norm.weight' of shape [64] is missing");
    }

    [Fact]
    public void A_wrong_shape_says_what_was_found_and_expected()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, json => json["model.layers.0.mlp.up_proj.weight"]!["shape"] = new JsonArray(64, 176));
        AssertRefused(copy, "tensor 'model.layers.0.mlp.up_proj.weight' has shape [64, 176]; expected [176, 64]");
    }

    [Fact]
    public void A_wrong_dtype_says_what_was_found_and_expected()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, json => json[Norm]!["dtype"] = "I16");
        AssertRefused(copy, "tensor 'model.norm.weight' has dtype I16; expected BF16, F16 or F32");
    }

    [Fact]
    public void A_tensor_that_would_change_the_model_is_not_left_out()
    {
        using var copy = new ModelCopy();
        copy.EditHeader(Weights, json => Rename(json, "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.q_proj.bias"));
        AssertRefused(copy, "tensor 'model.layers.0.self_attn.q_proj.bias' belongs to no part");
    }

    [Theory]
    [InlineData("../weights.safetensors")]
    [InlineData("/etc/weights.safetensors")]
    [InlineData("sub/weights.safetensors")]
    [InlineData("sub\\\\weights.safetensors")]
    [InlineData("..safetensors")]
    [InlineData("model.bin")]
    public void An_index_that_points_elsewhere_is_refused(string file)
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        copy.EditJson(Index, json => json["weight_map"]![Norm] = file);
        AssertRefused(copy, "expected the name of a .safetensors file in the same directory");
    }

    [Fact]
    public void An_index_that_names_the_wrong_shard_is_refused()
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        copy.EditJson(Index, json => json["weight_map"]![Norm] = "model-00001-of-00002.safetensors");
        AssertRefused(copy, "tensor 'model.norm.weight' is said to be in model-00001-of-00002.safetensors");
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        File.Copy(copy.File("model-00001-of-00002.safetensors"), copy.File("model-00003-of-00002.safetensors"));
        copy.EditJson(Index, json => json["weight_map"]!["extra"] = "model-00003-of-00002.safetensors");
        AssertRefused(copy, "also stands in model-00001-of-00002.safetensors");
    }

    [Theory]
    [InlineData("{}", "weight_map is missing")]
    [InlineData("not json", "not valid JSON")]
    [InlineData("""{"weight_map": {"a": "m.safetensors", "a": "m.safetensors"}}""", "tensor 'a' is named twice")]
    public void A_broken_index_is_refused(string content, string message)
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        File.WriteAllText(copy.File(Index), content);
        AssertRefused(copy, message);
    }

    private static void Rename(JsonObject json, string from, string to)
    {
        var value = json[from]!.DeepClone();
        json.Remove(from);
        json.Add(to, value);
    }

    private static void AssertRefused(ModelCopy copy, string message)
    {
        var problems = ModelInspection.Of(copy.Folder).Problems;
        Assert.Contains(problems, p => p.Contains(message, StringComparison.Ordinal));
        Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(copy.Folder));
    }
}
