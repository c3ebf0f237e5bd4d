using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>AttentionChunk of kernels/attention_chunk.cu, where each field is explained.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionChunkArguments
{
    public ulong Queries;
    public ulong Keys;
    public ulong Values;
    public ulong BlockTables;
    public ulong FirstRows;
    public ulong Starts;
    public ulong Counts;
    public ulong Work;
    public ulong Mixed;
    public float Scale;
    public float ValueScale;
    public uint Heads;
    public uint KvHeads;
    public uint GroupShift;
    public uint BlockShift;
    public uint TableStride;
}
