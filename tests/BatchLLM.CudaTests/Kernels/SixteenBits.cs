using BatchLLM.Engine.Reference;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>BF16 as bits.</summary>
internal static class SixteenBits
{
    public static ushort BFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(ReferenceRounding.BFloat16(value)) >> 16);

    public static float Float(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
