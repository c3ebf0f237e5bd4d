using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine.Attention;

namespace BatchLLM.Cuda.Model;

/// <summary>Cosines and sines of all positions on a device, of the bits that the CPU's engine has. // float32 [positions, half]</summary>
internal sealed class RopeAngleTables : IDisposable
{
    private readonly DeviceMemory _cosines;
    private readonly DeviceMemory _sines;

    /// <summary>Computes them, or takes those that the checkpoint brings along.</summary>
    public RopeAngleTables(IDevice device, IModelWeights model, int positions)
    {
        var angles = model.StoredRope ?? RopeTable.Angles(model.Config, positions);
        var count = positions * (model.Config.HeadSize / 2);
        _cosines = device.AllocateWith<float>(angles.Cosines.AsSpan(0, count));
        _sines = device.AllocateWith<float>(angles.Sines.AsSpan(0, count));
    }

    /// <summary>Address of the cosines.</summary>
    public ulong Cosines => _cosines.Address;

    /// <summary>Address of the sines.</summary>
    public ulong Sines => _sines.Address;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
