namespace BatchLLM.Cuda.Devices;

/// <summary>
/// A GPU failed in the middle of work. Nothing of this process can use it any more: the driver refuses every call until another
/// process takes the GPU.
/// </summary>
/// <param name="found">What the driver refused and why, after "the GPU's driver".</param>
public sealed class DeviceLostException(string found) : BatchLLMException(
    $"The GPU is lost: its driver {found}. What was committed is kept; start this program again to go on. If it happens again, the " +
    "system's log (dmesg, lines with Xid) says what is wrong with the GPU, and --device cpu works.");
