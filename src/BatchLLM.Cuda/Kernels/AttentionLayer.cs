using BatchLLM.Checkpoints;

namespace BatchLLM.Cuda.Kernels;

/// <summary>One layer's part of an attention.</summary>
/// <param name="Queries">Turned to their positions. BF16 // [rows, heads, head size]</param>
/// <param name="Keys">// [blocks, kv heads, block tokens, head size] of E4M3 or BF16</param>
/// <param name="Values">// [blocks, kv heads, block tokens, head size] of E4M3 or BF16</param>
/// <param name="Scales">Of the codes; 1 and 1 where the cache holds BF16.</param>
internal readonly record struct AttentionLayer(ulong Queries, ulong Keys, ulong Values, KvScales Scales);
