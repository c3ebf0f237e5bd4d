using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>Copies a norm's weight to a device.</summary>
internal static class NormWeight
{
    /// <summary>Copies it, as float32. // [hidden]</summary>
    public static DeviceMemory Store(IDevice device, IModelWeights model, string name)
    {
        var tensor = model.Tensor(name);
        var weight = new float[tensor.ElementCount];
        tensor.ReadFloats(0, weight);
        return device.AllocateWith<float>(weight);
    }
}
