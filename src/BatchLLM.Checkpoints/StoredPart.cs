using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantization;

namespace BatchLLM.Checkpoints;

/// <summary>A tensor of a checkpoint as it counts in an inspection.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Precision">Element type by the format's name; of packed weights, what is packed.</param>
/// <param name="ParameterCount">Weights of the model in it; 0 for scales.</param>
/// <param name="ByteCount">Bytes on disk.</param>
internal sealed record StoredPart(string Name, string Precision, long ParameterCount, long ByteCount)
{
    private static readonly string[] Auxiliary =
        [".weight_scale", ".weight_scale_2", ".input_scale", ".weight_zero_point", ".inv_freq"];

    /// <summary>A safetensors tensor.</summary>
    public static StoredPart Of(Tensor tensor)
    {
        if (Auxiliary.Any(suffix => tensor.Name.EndsWith(suffix, StringComparison.Ordinal)) || KvScaleReader.Layer(tensor.Name) is not null)
        {
            return new StoredPart(tensor.Name, $"scales {tensor.Type.Name()}", 0, tensor.ByteCount);
        }

        // NVFP4 weights stand two to a byte, and safetensors calls the bytes U8.
        return tensor.Type == TensorType.U8
            ? new StoredPart(tensor.Name, "E2M1", 2 * tensor.ElementCount, tensor.ByteCount)
            : new StoredPart(tensor.Name, tensor.Type.Name(), tensor.ElementCount, tensor.ByteCount);
    }

    /// <summary>A linear layer of an ONNX model, with its scales and zero points.</summary>
    public static StoredPart Of(LinearWeight weight)
    {
        var parameters = (long)weight.OutputCount * weight.InputCount;
        var blocks = (long)weight.OutputCount * weight.BlockCount;
        return weight.Format == WeightFormat.Int4
            ? new StoredPart(weight.Name, "INT4, scales F16", parameters, parameters / 2 + blocks * sizeof(ushort))
            : new StoredPart(weight.Name, weight.StoredType.Name(), parameters, parameters * weight.StoredType.Size());
    }
}
