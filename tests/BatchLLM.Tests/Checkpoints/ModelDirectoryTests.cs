using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Tests.Engine;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

public sealed class ModelDirectoryTests
{
    [Fact]
    public void A_digest_is_the_same_for_a_copy_and_another_for_any_change()
    {
        using var original = ModelDirectory.Open(TestData.Model("llama3-rope-f16"));
        using var copy = new ModelCopy("llama3-rope-f16");
        Assert.Equal(original.Digest, DigestOf(copy));
        File.WriteAllText(copy.File("generation_config.json"), """{"eos_token_id": [2]}""");
        var withoutStop = DigestOf(copy);
        Assert.NotEqual(original.Digest, withoutStop);
        var weights = copy.File("model-00002-of-00002.safetensors");
        var bytes = File.ReadAllBytes(weights);
        for (var i = bytes.Length - 20_000; i < bytes.Length; i += 2)
        {
            // The lowest bit of each weight, as further training would change it; size and header stay.
            bytes[i] ^= 1;
        }

        File.WriteAllBytes(weights, bytes);
        Assert.NotEqual(withoutStop, DigestOf(copy));
    }

    [Fact]
    public void The_tokenizer_is_found_where_it_stands()
    {
        using var copy = new ModelCopy();
        File.WriteAllText(copy.File("tokenizer.json"), "{}");
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(copy.File("tokenizer.json"), model.TokenizerPath);
    }

    [Fact]
    public void Stop_ids_may_be_one_number_and_come_from_both_files()
    {
        using var copy = new ModelCopy();
        copy.EditJson("config.json", json => json["eos_token_id"] = 9);
        copy.EditJson("generation_config.json", json => json["eos_token_id"] = 4);
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal([4, 9], model.StopTokenIds);
    }

    [Fact]
    public void Inspection_describes_a_sound_model()
    {
        var inspection = ModelInspection.Of(TestData.Model("tied-bf16"));
        Assert.Empty(inspection.Problems);
        Assert.Equal("LlamaForCausalLM", inspection.Config!.Architecture);
        // 307 x 64 embedding; 2 layers of 2 norms, 64 x (64 + 32 + 32 + 64) attention, 3 x 64 x 176 feed-forward; last norm.
        Assert.Equal(307 * 64 + 2 * (2 * 64 + 64 * 192 + 3 * 64 * 176) + 64, inspection.ParameterCount);
        Assert.Equal(2 * 2 * 2 * 16 * 4, MemoryEstimate.KvBytesPerToken(inspection.Config!, KvPrecision.Full));
        Assert.Equal(["attention", "embedding", "feed-forward", "norms"], inspection.Groups.Select(g => g.Name));
        Assert.All(inspection.Groups, g => Assert.Equal(["BF16"], g.Types));
    }

    [Fact]
    public void Inspection_lists_all_problems_and_opening_says_how_many_more_there_are()
    {
        using var copy = new ModelCopy();
        copy.EditJson("config.json", json => json["intermediate_size"] = 100);
        var inspection = ModelInspection.Of(copy.Folder);
        Assert.Equal(6, inspection.Problems.Count);
        var e = Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(copy.Folder));
        Assert.Contains("(5 more", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_of_nothing_is_a_problem_and_not_an_exception()
    {
        Assert.Single(ModelInspection.Of(Path.Combine(Path.GetTempPath(), "batchllm-no-such-model")).Problems);
    }

    [Fact]
    public void Halves_are_widened_exactly()
    {
        using var model = ModelDirectory.Open(TestData.Model("llama3-rope-f16"));
        var tensor = model.Tensor(LlamaTensors.FinalNorm);
        var bits = new ushort[tensor.ElementCount];
        var floats = new float[tensor.ElementCount];
        tensor.ReadBits16(0, bits);
        tensor.ReadFloats(0, floats);
        Assert.Equal(bits.Select(b => (float)BitConverter.UInt16BitsToHalf(b)), floats);
        Assert.Throws<ArgumentException>(() => model.Tensor("no.such.tensor"));
    }

    private static string DigestOf(ModelCopy copy)
    {
        using var model = ModelDirectory.Open(copy.Folder);
        return model.Digest;
    }
}
