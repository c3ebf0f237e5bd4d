using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

public sealed class NumericsNamesTests
{
    private static readonly QuantizationScheme Nvfp4 = new(
        "ModelOpt NVFP4", WeightFormat.Nvfp4, [Numerics.W4A16, Numerics.W4A4Emulated, Numerics.W4A8], KvPrecision.Fp8, []);

    [Fact]
    public void Every_value_reads_back_from_its_name()
    {
        Assert.Equal(Enum.GetValues<Numerics>().Length, NumericsNames.All.Count);
        Assert.All(Enum.GetValues<Numerics>(), value => Assert.Equal(value, NumericsNames.Parse(value.Name())));
        Assert.Equal(Enum.GetValues<KvPrecision>().Length, KvPrecisionNames.All.Count);
        Assert.All(Enum.GetValues<KvPrecision>(), value => Assert.Equal(value, KvPrecisionNames.Parse(value.Name())));
        Assert.Null(NumericsNames.Parse("fp16"));
        Assert.Null(KvPrecisionNames.Parse("fp16"));
    }

    [Fact]
    public void What_a_checkpoint_does_not_support_is_refused_with_what_it_does() => Assert.Equal(
        "Model m is NVFP4 and computes w4a16 or w4a4-emulated or w4a8; the job asks for w8a8-static.",
        NumericsRefusal.Of("m", Nvfp4, Numerics.W8A8Static, "the job"));

    [Fact]
    public void What_a_checkpoint_supports_and_its_own_choice_are_not_refused()
    {
        Assert.All(Nvfp4.Supported, numerics => Assert.Null(NumericsRefusal.Of("m", Nvfp4, numerics, "the job")));
        Assert.Null(NumericsRefusal.Of("m", Nvfp4, null, "the job"));
    }
}
