using System.Text.Json.Nodes;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Tests.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Quantize;

/// <summary>Whole quantized copies, read back by the program's own reader.</summary>
public sealed class ModelQuantizerTests
{
    public static TheoryData<QuantizeFormat, bool, WeightFormat, Numerics> Safetensors => new()
    {
        { QuantizeFormat.Fp8, false, WeightFormat.Fp8, Numerics.W8A8Static },
        { QuantizeFormat.Fp8, true, WeightFormat.Fp8, Numerics.W8A8Static },
        { QuantizeFormat.Fp8Dynamic, false, WeightFormat.Fp8, Numerics.W8A8Dynamic },
        { QuantizeFormat.Int8, false, WeightFormat.Int8, Numerics.W8A8Int8 },
        { QuantizeFormat.Nvfp4, true, WeightFormat.Nvfp4, Numerics.W4A16 },
    };

    [Theory]
    [MemberData(nameof(Safetensors))]
    public void A_copy_opens_with_the_numerics_of_its_format(
        QuantizeFormat format, bool fp8Kv, WeightFormat weights, Numerics numerics)
    {
        using var copy = new QuantizedCopy();

        copy.Run(format, fp8Kv);

        var inspection = ModelInspection.Of(copy.Folder);
        Assert.Empty(inspection.Problems);
        Assert.Equal(ModelInspection.Of(copy.Source.Path).Notices, inspection.Notices);
        using var model = ModelDirectory.Open(copy.Folder);
        Assert.Equal(weights, model.Quantization.Format);
        Assert.Equal(numerics, model.Quantization.Default);
        Assert.Equal(fp8Kv ? KvPrecision.Fp8 : KvPrecision.Full, model.Quantization.Kv);
        Assert.Equal(copy.Source.StopTokenIds, model.StopTokenIds);
        Assert.Equal(copy.Source.Config with { StopTokenIds = [] }, model.Config with { StopTokenIds = [] }); // lists compare by reference
    }

    [Theory]
    [InlineData(QuantizeFormat.Fp8, 0.04)]
    [InlineData(QuantizeFormat.Fp8Dynamic, 0.04)]
    [InlineData(QuantizeFormat.Int8, 0.015)]
    [InlineData(QuantizeFormat.Nvfp4, 0.13)]
    public void Dequantized_weights_are_near_the_true_ones(QuantizeFormat format, double bound)
    {
        using var copy = new QuantizedCopy();
        copy.Run(format);
        using var model = ModelDirectory.Open(copy.Folder);
        for (var layer = 0; layer < model.Config.LayerCount; layer++)
        {
            foreach (var module in LlamaTensors.LinearModules)
            {
                var name = LlamaTensors.Module(layer, module);
                var (truth, found) = (Floats(copy.Source.Linear(name)), Floats(model.Linear(name)));
                var error = Math.Sqrt(truth.Zip(found, (a, b) => Math.Pow(a - b, 2)).Sum() / truth.Sum(a => a * (double)a));
                Assert.InRange(error, 1e-6, bound);
            }
        }
    }

    [Fact]
    public void Siblings_of_NVFP4_share_their_global_and_input_scales()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Nvfp4);
        using var model = ModelDirectory.Open(copy.Folder);
        foreach (var siblings in new[] { new[] { "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj" }, ["mlp.gate_proj", "mlp.up_proj"] })
        {
            var linears = siblings.Select(module => model.Linear(LlamaTensors.Module(1, module))).ToList();
            Assert.Single(linears.Select(linear => linear.GlobalScale).Distinct());
            Assert.Single(linears.Select(linear => linear.InputScale).Distinct());
            Assert.Equal(
                linears.Max(linear => Floats(copy.Source.Linear(linear.Name)).Max(MathF.Abs)) / 2688, linears[0].GlobalScale, 1e-9f);
        }
    }

    [Fact]
    public void NVFP4_of_inputs_that_are_no_multiple_of_its_block_is_refused()
    {
        using var copy = new QuantizedCopy("llama3-rope-f16");

        var refusal = Assert.Throws<BatchLLMException>(() => copy.Run(QuantizeFormat.Nvfp4));

        Assert.Contains("multiple of 16", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama3-rope-f16")]
    [InlineData("mha-f32")]
    public void What_is_not_quantized_is_copied_in_its_own_type(string name)
    {
        using var copy = new QuantizedCopy(name);
        copy.Run(QuantizeFormat.Int8);
        using var model = ModelDirectory.Open(copy.Folder);
        foreach (var tensor in new[] { LlamaTensors.Embedding, LlamaTensors.Head, LlamaTensors.FinalNorm }.Select(copy.Source.Tensor))
        {
            var (before, after) = (new byte[tensor.ByteCount], new byte[tensor.ByteCount]);
            tensor.ReadBytes(0, before);
            model.Tensor(tensor.Name).ReadBytes(0, after);
            Assert.Equal(tensor.Type, model.Tensor(tensor.Name).Type);
            Assert.Equal(before, after);
        }
    }

    [Fact]
    public void Scales_of_the_KV_cache_are_never_below_one()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Fp8, fp8Kv: true);
        using var model = ModelDirectory.Open(copy.Folder);

        Assert.Equal(new KvScales(1, 1), model.KvScales(0));
    }

    [Fact]
    public void Siblings_of_FP8_keep_scales_of_their_own()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Fp8);
        using var model = ModelDirectory.Open(copy.Folder);
        foreach (var module in new[] { "self_attn.q_proj", "self_attn.k_proj" })
        {
            var name = LlamaTensors.Module(0, module);
            var scale = new float[1];
            model.Linear(name).ReadScales(0, scale);
            Assert.Equal(Floats(copy.Source.Linear(name)).Max(MathF.Abs) / E4M3.MaxValue, scale[0], 1e-9f);
        }
    }

    [Theory]
    [InlineData(QuantizeFormat.Int8)]
    [InlineData(QuantizeFormat.Fp8)]
    [InlineData(QuantizeFormat.Nvfp4)]
    [InlineData(QuantizeFormat.Int4Awq)]
    public void Stopped_after_a_layer_and_run_again_it_gives_the_same_bytes(QuantizeFormat format)
    {
        using var whole = new QuantizedCopy();
        whole.Run(format);
        using var copy = new QuantizedCopy();
        copy.StopAfterLayer(0, format);
        Assert.False(File.Exists(Path.Combine(copy.Folder, "config.json")));

        var kept = copy.Run(format);

        Assert.Equal(1, kept);
        Assert.Equal(whole.Files(), copy.Files());
    }

    [Fact]
    public void A_stopped_run_goes_on_only_with_its_own_settings()
    {
        using var copy = new QuantizedCopy();
        copy.StopAfterLayer(0, QuantizeFormat.Fp8);

        var other = Assert.Throws<BatchLLMException>(() => copy.Run(QuantizeFormat.Int8));
        Assert.Contains("--format fp8", other.Message, StringComparison.Ordinal);
        var prompts = Assert.Throws<BatchLLMException>(() => copy.Run(QuantizeFormat.Fp8, prompts: [[1, 2]]));
        Assert.Contains("--calibration", prompts.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_empty_is_refused()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Int8);

        var again = Assert.Throws<BatchLLMException>(() => copy.Run(QuantizeFormat.Int8));

        Assert.Contains("not empty", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_quantized_already_is_refused_by_name()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Fp8Dynamic);
        using var quantized = ModelDirectory.Open(copy.Folder);

        var refusal = Assert.Throws<BatchLLMException>(
            () => new ModelQuantizer(quantized, copy.Folder + "2", QuantizeFormat.Int8, fp8Kv: false).Check());

        Assert.Contains("compressed-tensors", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_another_process_writes_is_refused()
    {
        using var copy = new QuantizedCopy();
        copy.StopAfterLayer(0, QuantizeFormat.Int8);
        using var other = new FileStream(
            Path.Combine(copy.Quantizer(QuantizeFormat.Int8).Scratch, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var refusal = Assert.Throws<BatchLLMException>(() => copy.Run(QuantizeFormat.Int8));

        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_is_not_a_number_is_refused_with_its_place()
    {
        using var damaged = new ModelCopy();
        using var folder = new QuantizedCopy();
        var file = damaged.File("model.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(bytes.Length / 2, bytes.Length / 4).Fill(0xFF); // NaN in every type
        File.WriteAllBytes(file, bytes);
        using var model = ModelDirectory.Open(damaged.Folder);

        var refusal = Assert.Throws<BatchLLMException>(() => new ModelQuantizer(model, folder.Folder, QuantizeFormat.Int8, false)
            .Run(null, _ => { }, CancellationToken.None));

        Assert.Contains("NaN", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("model.layers.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelOpts_two_declarations_of_NVFP4_say_the_same()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Nvfp4, fp8Kv: true);
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(copy.Folder, "hf_quant_config.json")))!["quantization"]!;
        var inline = JsonNode.Parse(File.ReadAllText(Path.Combine(copy.Folder, "config.json")))!["quantization_config"]!;

        Assert.Equal("NVFP4", (string)file["quant_algo"]!);
        Assert.Equal("modelopt", (string)inline["quant_method"]!);
        File.Delete(Path.Combine(copy.Folder, "hf_quant_config.json"));
        var inspection = ModelInspection.Of(copy.Folder);
        Assert.Empty(inspection.Problems);
    }

    private static float[] Floats(LinearWeight weight)
    {
        var floats = new float[weight.OutputCount * weight.InputCount]; // [outputs, inputs]
        weight.ReadFloats(0, floats);
        return floats;
    }
}
