using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Host.Bench;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.IntegrationTests.Bench;

public sealed class StepWorkTests
{
    private static readonly LlamaConfig Config = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 64,
        LayerCount = 3,
        HeadCount = 4,
        KvHeadCount = 2,
        HeadSize = 16,
        IntermediateSize = 128,
        VocabularySize = 128,
        ContextLength = 512,
        NormEpsilon = 1e-5,
        RopeTheta = 10_000,
    };

    // Widths that every processor's panels divide: others are padded.
    private static readonly LinearSummary[] Linears = [Linear("model.layers.0.mlp.up_proj", 128, 64), Linear(LlamaTensors.HeadModule, 128, 64)];

    private readonly StepWork _work = new(Config, Linears, TensorType.BF16, KvPrecision.Full);

    // Against the definition: a loop over positions, each attending to all up to itself.
    [Fact]
    public void Operations_are_those_of_every_position_and_of_every_choice()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var step = Step(random);
            var expected = 0.0;
            foreach (var slice in step.Slices)
            {
                for (var position = slice.Start; position < slice.Start + slice.Count; position++)
                {
                    expected += (2 * 128 * 64) + (4.0 * 3 * 4 * 16 * (position + 1));
                }

                expected += slice.Start + slice.Count == slice.Sequence.KnownCount ? 2 * 128 * 64 : 0;
            }

            Assert.True(Math.Abs(expected - _work.Operations(step)) < 0.5, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void A_step_reads_the_layers_once_the_head_where_a_token_is_chosen_and_each_sequence_s_positions()
    {
        const double Layer = 128 * 64 * sizeof(ushort);
        const double Head = 128 * 64 * sizeof(ushort);
        var perToken = Engine.MemoryEstimate.KvBytesPerToken(Config, KvPrecision.Full);
        var sequence = Sequence(100, null);

        Assert.Equal(Layer + (40 * perToken), _work.Bytes(Of(new StepSlice(sequence, 10, 30))));
        Assert.Equal(Layer + Head + (100 * perToken), _work.Bytes(Of(new StepSlice(sequence, 99, 1))));
    }

    [Fact]
    public void A_shared_prefix_is_read_once()
    {
        var prefix = new SharedPrefix(64);
        prefix.BlockTable.AddRange([0, 1]);
        var step = Of([.. Enumerable.Range(0, 3).Select(_ => new StepSlice(Sequence(100, prefix), 99, 1))]);
        var apart = Of([.. Enumerable.Range(0, 3).Select(_ => new StepSlice(Sequence(100, null), 99, 1))]);
        var perToken = Engine.MemoryEstimate.KvBytesPerToken(Config, KvPrecision.Full);

        Assert.Equal(_work.Bytes(apart) - (2 * 64 * perToken), _work.Bytes(step));
    }

    private static LinearSummary Linear(string name, int outputs, int inputs) =>
        new(name, WeightFormat.Float, TensorType.BF16, outputs, inputs, inputs, false);

    private static Step Step(Random random)
    {
        var slices = new StepSlice[random.Next(1, 6)];
        for (var i = 0; i < slices.Length; i++)
        {
            var sequence = Sequence(random.Next(1, 200), null);
            var start = random.Next(sequence.KnownCount);
            slices[i] = new StepSlice(sequence, start, random.Next(1, sequence.KnownCount - start + 1));
        }

        return Of(slices);
    }

    private static Step Of(params StepSlice[] slices)
    {
        var step = new Step();
        step.Slices.AddRange(slices);
        return step;
    }

    private static Sequence Sequence(int prompt, SharedPrefix? prefix) =>
        new(new InferenceRequest(0, 0, new int[prompt], new SamplingParameters()), 1) { SharedPrefix = prefix };
}
