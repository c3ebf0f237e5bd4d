using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>AttentionDecode of kernels/attention_decode.cu, where each field is explained.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionDecodeArguments
{
    public ulong Queries;
    public ulong Keys;
    public ulong Values;
    public ulong BlockTables;
    public ulong Slices;
    public ulong Positions;
    public ulong FirstPartials;
    public ulong PrefixTokens;
    public ulong Work;
    public ulong PartialOutputs;
    public ulong PartialSums;
    public float Scale;
    public uint Heads;
    public uint KvHeads;
    public uint BlockShift;
    public uint TableStride;
}
