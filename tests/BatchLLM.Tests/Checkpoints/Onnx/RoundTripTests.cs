using System.Security.Cryptography;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx.Writing;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>What the exporter wrote is what is read.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Numbers_come_from_configuration_and_graph()
    {
        using var small = new SmallOnnxModel();
        using var model = small.Open(out var problems)!;
        Assert.Empty(problems);
        var expected = SmallOnnxModel.Config with
        {
            NormEpsilon = 1e-5f,
            DeclaredType = "float16",
            StopTokenIds = model.Parts.Config.StopTokenIds,
        };
        Assert.Equal(expected, model.Parts.Config);
        Assert.Equal([2, 5], model.Parts.Config.StopTokenIds);
    }

    [Fact]
    public void The_quantization_is_named_and_lists_what_it_leaves_out()
    {
        using var small = new SmallOnnxModel();
        using var model = small.Open(out _)!;
        var scheme = model.Parts.Quantization;
        Assert.Equal("ONNX INT4 (blocks of 128, AWQ factors)", scheme.Label);
        Assert.Equal((WeightFormat.Int4, Numerics.W4A16, KvPrecision.Full), (scheme.Format, scheme.Default, scheme.Kv));
        Assert.Equal([LlamaTensors.HeadModule], scheme.Excluded);
    }

    [Fact]
    public void Codes_scales_and_factors_are_those_written()
    {
        using var small = new SmallOnnxModel();
        using var model = small.Open(out _)!;
        Assert.Equal(15, model.Parts.Linears.Count);
        foreach (var (module, codes) in small.Codes)
        {
            var linear = model.Parts.Linears[module];
            var read = new byte[codes.Length];
            linear.ReadCodes(0, read);
            Assert.Equal(codes.Select(c => (byte)(c + 8)), read);
            var scales = new float[small.Scales[module].Length];
            linear.ReadScales(0, scales);
            Assert.Equal(small.Scales[module].Select(s => (float)s), scales);
            Assert.Equal(small.Factors.GetValueOrDefault(module), linear.InputFactors);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 5)]
    [InlineData(64, 64)]
    [InlineData(255, 1)]
    public void Any_rows_can_be_read_alone(int first, int count)
    {
        using var small = new SmallOnnxModel();
        using var model = small.Open(out _)!;
        var module = LlamaTensors.Module(1, "mlp.down_proj");
        var linear = model.Parts.Linears[module];
        var read = new byte[count * linear.InputCount];
        linear.ReadCodes(first, read);
        Assert.Equal(small.Codes[module].Skip(first * linear.InputCount).Take(read.Length).Select(c => (byte)(c + 8)), read);
    }

    [Fact]
    public void Embedding_norms_head_and_angles_are_those_written()
    {
        using var small = new SmallOnnxModel();
        using var model = small.Open(out _)!;
        foreach (var (name, tensor) in model.Parts.Tensors)
        {
            var values = new float[tensor.ElementCount];
            tensor.ReadFloats(0, values);
            Assert.Equal(small.Floats[name], values);
            Assert.Equal(name, tensor.Name);
        }

        var head = model.Parts.Linears[LlamaTensors.HeadModule];
        var weights = new float[head.OutputCount * head.InputCount];
        head.ReadFloats(0, weights);
        Assert.Equal(small.Floats[LlamaTensors.HeadModule], weights);
        Assert.Equal(small.Rope.Cosines, model.Parts.Rope.Cosines);
        Assert.Equal(small.Rope.Sines, model.Parts.Rope.Sines);
        Assert.Equal(SmallOnnxModel.Config.ContextLength, model.Parts.Rope.Positions);
    }

    [Fact]
    public void A_norm_may_keep_the_axis_that_folding_gave_it()
    {
        using var small = new SmallOnnxModel();
        small.Edit(m => m.Graph.Initializer.Single(t => t.Name == "model.layers.1.input_layernorm.weight").Dims.Insert(0, 1));
        using var model = small.Open(out var problems)!;
        Assert.Empty(problems);
        Assert.Equal([256], model.Parts.Tensors[LlamaTensors.Layer(1, "input_layernorm")].Shape);
    }

    [Fact]
    public void An_export_resumes_behind_what_was_flushed()
    {
        using var small = new SmallOnnxModel();
        var config = SmallOnnxModel.Config;
        var folder = Directory.CreateTempSubdirectory("batchllm-onnx-resume-").FullName;
        IReadOnlyList<OnnxStoredTensor> flushed;
        using (var first = new OnnxInt4Writer(folder, config, []))
        {
            first.WriteNorm(LlamaTensors.FinalNorm, small.Floats[LlamaTensors.FinalNorm]);
            first.Flush();
            flushed = [.. first.Written];
            first.WriteRope(small.Rope);
        }

        using (var second = new OnnxInt4Writer(folder, config, flushed))
        {
            Assert.Equal(flushed, second.Written);
            Assert.Equal(flushed[0].Length, new FileInfo(Path.Combine(folder, "model.onnx_data")).Length);
            second.WriteRope(small.Rope);
            Assert.Throws<ArgumentException>(() => second.WriteRope(small.Rope));
            Assert.Equal(0, second.Written[^1].Offset % 4096);
        }

        File.WriteAllBytes(Path.Combine(folder, "model.onnx_data"), [1]);
        var refused = Assert.Throws<BatchLLMException>(() => new OnnxInt4Writer(folder, config, flushed));
        Assert.Contains("start the export again", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void An_unfinished_export_is_told_what_it_lacks()
    {
        using var small = new SmallOnnxModel();
        using var writer = new OnnxInt4Writer(small.Folder, SmallOnnxModel.Config, []);
        var generation = new GenerationDefaults(1, [2], null, DoSample: false, 1, 1);
        var refused = Assert.Throws<ArgumentException>(() => writer.Finish(generation));
        Assert.Contains("'model.embed_tokens.weight' is not written yet", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_half_precision_cannot_hold_is_refused()
    {
        using var small = new SmallOnnxModel();
        using var writer = new OnnxInt4Writer(small.Folder, SmallOnnxModel.Config, []);
        var values = new float[256];
        values[7] = 70_000;
        var refused = Assert.Throws<BatchLLMException>(() => writer.WriteNorm(LlamaTensors.FinalNorm, values));
        Assert.Contains("holds 70000, which half precision cannot", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_sees_graph_and_weights()
    {
        using var small = new SmallOnnxModel(3);
        using var twin = new SmallOnnxModel(3);
        using var other = new SmallOnnxModel(4);
        var digest = Digest(small);
        Assert.Equal(digest, Digest(twin));
        Assert.NotEqual(digest, Digest(other));
        twin.Edit(m => m.ProducerName = "another");
        Assert.NotEqual(digest, Digest(twin));
    }

    private static string Digest(SmallOnnxModel small)
    {
        using var model = small.Open(out _)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        model.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
