using BatchLLM.Engine.Assembly;
using Xunit;

namespace BatchLLM.Tests.Engine.Assembly;

public class InstructionSetTests
{
    private const int Vnni = 1 << 11;
    private const int Tiles = 1 << 22 | 1 << 24 | 1 << 25;
    private const int BrainFloat = 1 << 5;

    [Theory]
    [InlineData(false, Vnni, Tiles, BrainFloat | 1 << 4, InstructionSet.AvxVnni)]
    [InlineData(false, 0, 0, 0, InstructionSet.Avx2)]
    [InlineData(true, 0, 0, 0, InstructionSet.Avx512)]
    [InlineData(true, Vnni, 0, 0, InstructionSet.Avx512Vnni)]
    [InlineData(true, Vnni, 0, BrainFloat, InstructionSet.Avx512Bf16)]
    [InlineData(true, Vnni, Tiles, BrainFloat, InstructionSet.Amx)]
    [InlineData(true, 0, Tiles, BrainFloat, InstructionSet.Avx512)]
    public void Instructions_are_found_only_with_all_they_build_on(bool has512, int ecx, int edx, int eax, InstructionSet expected) =>
        Assert.Equal(expected, InstructionProbe.Decide(has512, ecx, edx, eax, () => true));

    [Fact]
    public void Tiles_need_the_operating_system_s_permission()
    {
        Assert.Equal(InstructionSet.Avx512Bf16, InstructionProbe.Decide(true, Vnni, Tiles, BrainFloat, () => false));
        Assert.Equal(InstructionSet.Avx2, InstructionProbe.Decide(false, 0, Tiles, 0, () => throw new InvalidOperationException()));
    }

    [Theory]
    [InlineData("AVX2", InstructionSet.Avx2)]
    [InlineData("portable", InstructionSet.Portable)]
    [InlineData("avx512-vnni", InstructionSet.Avx512Vnni)]
    public void A_lower_set_can_be_asked_for(string name, InstructionSet expected) =>
        Assert.Equal(expected, InstructionSets.Parse(name, InstructionSet.Avx512Bf16));

    [Theory]
    [InlineData("amx")]
    [InlineData("neon")]
    public void A_set_the_machine_lacks_is_refused_with_those_it_has(string name)
    {
        var refusal = Assert.Throws<BatchLLMException>(() => InstructionSets.Parse(name, InstructionSet.Avx512 | InstructionSet.AvxVnni));
        Assert.Contains($"'{name}': this machine has portable, avx2, avx-vnni, avx512.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_s_name_is_read_back()
    {
        foreach (var set in Enum.GetValues<InstructionSet>())
        {
            Assert.Equal(set, InstructionSets.Parse(InstructionSets.Name(set), set));
        }
    }
}
