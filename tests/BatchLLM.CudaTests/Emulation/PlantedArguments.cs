using System.Runtime.InteropServices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Parameter of the kernels in planted.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PlantedArguments
{
    public ulong Y;
    public int Count;
}
