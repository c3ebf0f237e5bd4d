using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>Tensors of values at hand.</summary>
internal static class MemoryTensor
{
    public static Tensor Of(string name, float[] values, params long[] shape) => new(
        new InlineBytes("memory", MemoryMarshal.AsBytes(values.AsSpan()).ToArray()),
        new TensorEntry(name, TensorType.F32, shape, 0, values.Length * 4L));

    public static LinearWeight Linear(string name, float[] values, int outputs, int inputs) =>
        new(new SafetensorsLinear(Of(name, values, outputs, inputs), null, WeightFormat.Float, inputs, 1))
        {
            Name = name,
            Format = WeightFormat.Float,
            StoredType = TensorType.F32,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = inputs,
        };
}
