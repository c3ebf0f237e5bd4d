using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantize;
using Xunit;

namespace BatchLLM.Tests.Quantize;

/// <summary>AWQ factors: what is folded into norms, what stays explicit, and that the search finds less error.</summary>
public sealed class AwqTests
{
    [Theory]
    [InlineData("self_attn.q_proj", "input_layernorm")]
    [InlineData("self_attn.v_proj", "input_layernorm")]
    [InlineData("mlp.up_proj", "post_attention_layernorm")]
    public void Weights_times_the_change_of_their_norm_are_near_the_true_ones(string module, string norm)
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Int4Awq);
        using var model = ModelDirectory.Open(copy.Folder);
        for (var layer = 0; layer < model.Config.LayerCount; layer++)
        {
            var linear = model.Linear(LlamaTensors.Module(layer, module));
            Assert.Null(linear.InputFactors);
            var name = LlamaTensors.Layer(layer, norm);
            var change = Floats(model.Tensor(name)).Zip(Floats(copy.Source.Tensor(name)), (after, before) => after / before).ToArray();
            Assert.InRange(Error(copy.Source.Linear(linear.Name), linear, change), 1e-3, 0.15);
        }
    }

    [Theory]
    [InlineData("self_attn.o_proj")]
    [InlineData("mlp.down_proj")]
    public void Weights_times_their_explicit_factors_are_near_the_true_ones(string module)
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Int4Awq);
        using var model = ModelDirectory.Open(copy.Folder);
        var linear = model.Linear(LlamaTensors.Module(1, module));

        Assert.Equal(WeightFormat.Int4, linear.Format);
        Assert.InRange(Error(copy.Source.Linear(linear.Name), linear, linear.InputFactors!), 1e-3, 0.15);
    }

    [Fact]
    public void What_is_not_quantized_is_kept_in_half_precision_and_the_angles_come_along()
    {
        using var copy = new QuantizedCopy();
        copy.Run(QuantizeFormat.Int4Awq);
        using var model = ModelDirectory.Open(copy.Folder);

        Assert.Equal(Numerics.W4A16, model.Quantization.Default);
        Assert.Equal(copy.Source.StopTokenIds, model.StopTokenIds);
        Assert.Equal(
            Floats(copy.Source.Tensor(LlamaTensors.Embedding)).Select(value => (float)(Half)value),
            Floats(model.Tensor(LlamaTensors.Embedding)));
        Assert.Equal(model.Config.ContextLength, model.StoredRope!.Positions);
    }

    [Fact]
    public void A_loud_input_gets_a_larger_factor_and_a_smaller_error()
    {
        using var copy = new QuantizedCopy();
        var linear = copy.Source.Linear("model.layers.0.self_attn.q_proj");
        var means = Enumerable.Repeat(0.1f, linear.InputCount).ToArray();
        means[5] = 30;
        var samples = Enumerable.Range(0, 8 * linear.InputCount)
            .Select(i => means[i % linear.InputCount] * (i / linear.InputCount % 2 == 0 ? 1 : -1)).ToArray(); // [samples, inputs]

        var factors = AwqSearch.Find([linear], new InputStatistics(30, means, samples), Int4Weights.BlockSize("q", linear.InputCount));

        Assert.True(factors[5] > 1.5f * factors[6]);
        Assert.Equal(1, factors.Max() * factors.Min(), 1e-4f);
    }

    [Fact]
    public void Inputs_that_calibration_never_saw_have_finite_positive_factors() =>
        Assert.All(AwqSearch.Factors([0, 1, 0, 3], 0.95f), factor => Assert.InRange(factor, 1e-4f, 1e4f));

    private static double Error(LinearWeight truth, LinearWeight found, float[] factors)
    {
        var (expected, weights) = (Floats(truth), Floats(found));
        var difference = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            difference += Math.Pow(weights[i] * factors[i % factors.Length] - expected[i], 2);
        }

        return Math.Sqrt(difference / expected.Sum(weight => weight * (double)weight));
    }

    private static float[] Floats(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        tensor.ReadFloats(0, values);
        return values;
    }

    private static float[] Floats(LinearWeight weight)
    {
        var floats = new float[weight.OutputCount * weight.InputCount]; // [outputs, inputs]
        weight.ReadFloats(0, floats);
        return floats;
    }
}
