using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>AttentionPrefix of kernels/attention_prefix.cu, where each field is explained.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionPrefixArguments
{
    public ulong Queries;
    public ulong Keys;
    public ulong Values;
    public ulong BlockTables;
    public ulong Slices;
    public ulong FirstPartials;
    public ulong Members;
    public ulong Work;
    public ulong PartialOutputs;
    public ulong PartialSums;
    public float Scale;
    public uint Heads;
    public uint KvHeads;
    public uint GroupShift;
    public uint BlockShift;
    public uint TableStride;
}
