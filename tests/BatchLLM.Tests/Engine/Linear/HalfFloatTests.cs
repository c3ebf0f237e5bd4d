using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public class HalfFloatTests
{
    [Fact]
    public unsafe void Every_half_widens_to_the_bits_of_the_framework_s_conversion()
    {
        using var source = new AlignedBuffer<ushort>(65_536);
        using var widened = new AlignedBuffer<float>(65_536);
        for (var i = 0; i < 65_536; i++)
        {
            source.Pointer[i] = (ushort)i;
        }

        HalfFloat.Widen(source.Pointer, widened.Pointer, 65_536);
        for (var i = 0; i < 65_536; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(widened.Pointer[i]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(widened.Pointer[i]),
                $"{i:X4} became {widened.Pointer[i]:R}, expected {expected:R}");
        }
    }
}
