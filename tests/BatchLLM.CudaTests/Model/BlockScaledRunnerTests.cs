using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Weights;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine;
using BatchLLM.Engine.Calibration;
using BatchLLM.Inference;
using Xunit;

namespace BatchLLM.CudaTests.Model;

/// <summary>
/// Whole forward passes in NVFP4 on both sides of the products, as Blackwell computes w4a4-emulated. That what is rounded, and what
/// is multiplied, is right bit by bit is tested elsewhere; here, that all of it is put together.
/// </summary>
public sealed class BlockScaledRunnerTests : IDisposable
{
    // A product comes out as BF16, up to 2^-9 away, and the next rounding to E2M1, whose steps are a sixth to a half of a number,
    // makes sqrt(2^-9 / 3) = 2.6 % of it: few numbers go to the next code, but by a whole step. Of one layer's four roundings
    // two follow such a difference; with twice that for chance, 2 sqrt(2) 2.6 % = 7.3 %. The roundings themselves are 13 %.
    private const double OneLayerTolerance = 0.073;

    private readonly string _folder = Directory.CreateTempSubdirectory("batchllm-nvfp4-").FullName;

    private static CudaModelRunnerOptions Options(Numerics numerics) => new(64, 8, 32, 8 << 20, numerics, KvPrecision.Bf16);

    private static CpuModelRunner Cpu(IModelWeights model, Numerics numerics) =>
        new(model, new CpuModelRunnerOptions(1, 64, 8, 32, 8 << 20, numerics, KvPrecision.Bf16));

    [Fact]
    public void One_layer_is_the_CPUs_but_for_what_BF16_moves_to_the_next_code()
    {
        for (var seed = 1UL; seed <= 4; seed++)
        {
            var model = TestModels.Random(SyntheticPrecision.Nvfp4, seed, layers: 1);
            using var device = new EmulatedDevice(seed);
            using var gpu = new CudaModelRunner(device, model, Options(Numerics.W4A4Emulated));
            using var cpu = Cpu(model, Numerics.W4A4Emulated);
            var difference = Difference(Logits(cpu, cpu.ChoiceLogits, 1), Logits(gpu, gpu.ChoiceLogits, 1));
            Assert.True(difference < OneLayerTolerance, $"Seed {seed}: {difference:P1} of the logits.");
        }
    }

    // The next layers' roundings make such a difference as large as they are themselves: sqrt(d step) is the step where d is. From
    // there on the GPU's roundings are as good as the CPU's, and as far from them as from unrounded ones, no farther.
    [Fact]
    public void More_layers_are_as_near_to_unrounded_activations_as_the_CPU_is()
    {
        var (ours, theirs, between) = (0.0, 0.0, 0.0);
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var model = TestModels.Random(SyntheticPrecision.Nvfp4, seed);
            using var device = new EmulatedDevice();
            using var gpu = new CudaModelRunner(device, model, Options(Numerics.W4A4Emulated));
            using var cpu = Cpu(model, Numerics.W4A4Emulated);
            using var unrounded = Cpu(model, Numerics.W4A16);
            foreach (var length in new[] { 1, 17, 50 })
            {
                var exact = Logits(unrounded, unrounded.ChoiceLogits, length);
                var (expected, actual) = (Logits(cpu, cpu.ChoiceLogits, length), Logits(gpu, gpu.ChoiceLogits, length));
                ours += Math.Pow(Difference(exact, actual), 2);
                theirs += Math.Pow(Difference(exact, expected), 2);
                between += Math.Pow(Difference(expected, actual), 2);
            }
        }

        // Of nine vectors of a thousand logits a root mean square is known to a few percent.
        Assert.InRange(Math.Sqrt(ours / theirs), 0.8, 1.2);
        Assert.InRange(Math.Sqrt(between / theirs), 0, 1.2);
    }

    private delegate ReadOnlySpan<float> LogitsOf(int choice);

    private static float[] Logits(IModelRunner runner, LogitsOf logits, int length)
    {
        var driver = new RunnerDriver(runner);
        var prompt = Enumerable.Range(1, length).Select(i => i * 7919 % runner.Limits.VocabularySize).ToArray();
        driver.Run((driver.Add(prompt, 1), length));
        return logits(0).ToArray();
    }

    private static double Difference(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow(e - a, 2)).Sum() / expected.Sum(e => (double)e * e));

    // Trained weights say one thing clearly; random ones have near ties.
    [Fact]
    public void The_demo_in_NVFP4_completes_its_tickets_as_on_the_CPU()
    {
        using var model = QuantizedDemo();
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(Numerics.W4A4Emulated));
        using var cpu = Cpu(model, Numerics.W4A4Emulated);
        var prompts = TestModels.DemoPrompts(8);

        Assert.Equal(Complete(cpu, prompts), Complete(gpu, prompts));
    }

    private ModelDirectory QuantizedDemo()
    {
        using var demo = ModelDirectory.Open(TestModels.Demo);
        var copy = Path.Combine(_folder, "demo");
        var quantizer = new ModelQuantizer(demo, copy, QuantizeFormat.Nvfp4, fp8Kv: false);
        var calibration = new CalibrationPass(demo, TestModels.DemoPrompts(16), quantizer.Scratch);
        quantizer.Run(calibration, _ => { }, TestContext.Current.CancellationToken);
        return ModelDirectory.Open(copy);
    }

    private static int[][] Complete(IModelRunner runner, int[][] prompts)
    {
        var driver = new RunnerDriver(runner);
        var sequences = prompts.Select(prompt => driver.Add(prompt, 24)).ToList();
        driver.RunAll(sequences, () => 40);
        return [.. sequences.Select(s => s.Generated.ToArray())];
    }

    [Fact]
    public void Weights_take_what_was_foreseen()
    {
        var model = TestModels.Random(SyntheticPrecision.Nvfp4, seed: 1);
        using var device = new EmulatedDevice();
        using var weights = new DeviceWeights(device, model, Numerics.W4A4Emulated);
        Assert.Equal(DeviceWeights.BytesOf(model, Numerics.W4A4Emulated), weights.ByteCount);

        // 192 inputs: half a byte each, 12 scales; 384 columns: 3 tiles of rows; a float32 a column.
        using var gate = new DeviceLinear(device, Numerics.W4A4Emulated, model.Linear(LlamaTensors.Module(0, "mlp.gate_proj")));
        Assert.Equal(384 * (96 + 12 + 4), gate.ByteCount);
    }

    [Fact]
    public void A_GPU_before_Blackwell_is_refused_by_its_name()
    {
        using var hopper = new EmulatedDevice(major: 9);
        var model = TestModels.Random(SyntheticPrecision.Nvfp4, seed: 1);
        var e = Assert.Throws<BatchLLMException>(() => new CudaModelRunner(hopper, model, Options(Numerics.W4A4Emulated)));
        Assert.Equal(
            "Emulator has compute capability 9.0 and does not compute w4a4-emulated, which needs 10.0 (Blackwell) or newer; choose " +
            "numerics w4a16, or run on the CPU with --device cpu.",
            e.Message);
    }

    [Theory]
    [InlineData(10, 0, 120_405, "cuBLASLt 12.4 does not compute w4a4-emulated, which needs that of CUDA 12.8 or newer; choose numerics w4a16, or run on ")]
    [InlineData(12, 0, 120_702, "cuBLASLt 12.7 ")]
    [InlineData(10, 0, 120_800, null)]
    [InlineData(12, 1, 130_001, null)]
    public void An_old_library_is_refused_by_its_version(int major, int minor, int version, string? sentence)
    {
        var blackwell = new DeviceProperties("NVIDIA B200", major, minor, 148, 227 * 1024, 1L << 37) { ProductsVersion = version };
        var refusal = GpuNumerics.Refusal(SyntheticPrecision.Nvfp4.Scheme(), Numerics.W4A4Emulated, null, blackwell);
        Assert.StartsWith(sentence ?? "", refusal ?? "", StringComparison.Ordinal);
        Assert.Equal(sentence is null, refusal is null);
        Numerics[] computed = sentence is null ? [Numerics.W4A16, Numerics.W4A4Emulated] : [Numerics.W4A16];
        Assert.Equal(computed, GpuNumerics.Of(SyntheticPrecision.Nvfp4.Scheme(), blackwell));
    }

    [Fact]
    public void Layers_whose_inputs_are_no_multiple_of_32_are_refused_by_name()
    {
        var shape = TestModels.Random(SyntheticPrecision.Nvfp4, seed: 1).Config with { IntermediateSize = 400 };
        var model = new SyntheticModel(shape, SyntheticPrecision.Nvfp4, seed: 1);
        using var device = new EmulatedDevice();
        var e = Assert.Throws<BatchLLMException>(() => new CudaModelRunner(device, model, Options(Numerics.W4A4Emulated)));
        Assert.Equal(
            "Layer 'model.layers.0.mlp.down_proj' has 400 inputs; a GPU multiplies multiples of 32. Run on the CPU with --device cpu.",
            e.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
