using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.Cuda.Model;

/// <summary>What all layers of a model compute with.</summary>
/// <param name="Device">Where.</param>
/// <param name="Config">The model's numbers.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="Buffers">What kernels write and read.</param>
/// <param name="Cache">Keys and values.</param>
/// <param name="Angles">Cosines and sines.</param>
/// <param name="Shape">Of attention.</param>
/// <param name="Attention">Its kernels.</param>
internal sealed record PassContext(
    IDevice Device,
    LlamaConfig Config,
    DeviceWeights Weights,
    PassBuffers Buffers,
    DeviceKvCache Cache,
    RopeAngleTables Angles,
    AttentionShape Shape,
    PagedAttention Attention);
