using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>AttentionMerge of kernels/attention_merge.cu, where each field is explained.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionMergeArguments
{
    public ulong PartialOutputs;
    public ulong PartialSums;
    public ulong Mixed;
    public ulong FirstPartials;
    public ulong Positions;
    public ulong Results;
    public ulong ResultScales;
    public float ValueScale;
    public float ResultScale;
    public uint Heads;
    public uint HeadDim;
}
