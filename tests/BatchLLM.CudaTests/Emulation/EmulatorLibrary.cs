using System.Runtime.InteropServices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>The kernels and their emulator as a library; built when a test first needs it, from what has changed.</summary>
internal static unsafe class EmulatorLibrary
{
    /// <summary>Name of the environment variable that chooses the build with sanitizers by the value "sanitized".</summary>
    public const string BuildVariable = "BATCHLLM_EMULATOR";

    /// <summary>True in a process whose kernels are watched by sanitizers.</summary>
    public static readonly bool IsSanitized = Environment.GetEnvironmentVariable(BuildVariable) == "sanitized";

    private static readonly nint Library = NativeLibrary.Load(Path.Combine(EmulatorBuild.Run(Checkout.Root, IsSanitized), "libemulator.so"));

    /// <summary>Source, kernel; null if there is none.</summary>
    public static readonly delegate* unmanaged<byte*, byte*, void*> Find =
        (delegate* unmanaged<byte*, byte*, void*>)NativeLibrary.GetExport(Library, "emulator_find");

    /// <summary>Bytes of a kernel's parameter.</summary>
    public static readonly delegate* unmanaged<void*, uint> ArgumentBytes =
        (delegate* unmanaged<void*, uint>)NativeLibrary.GetExport(Library, "emulator_argument_bytes");

    /// <summary>Kernel, grid, threads, shared bytes, parameters, seed, milliseconds that a block may compute, message and its room; 0 if all went well.</summary>
    public static readonly delegate* unmanaged<void*, uint, uint, uint, uint, uint, void**, ulong, uint, byte*, uint, int> Launch =
        (delegate* unmanaged<void*, uint, uint, uint, uint, uint, void**, ulong, uint, byte*, uint, int>)
        NativeLibrary.GetExport(Library, "emulator_launch");

    /// <summary>Memory with guards around it; null if there is not so much.</summary>
    public static readonly delegate* unmanaged<ulong, void*> Allocate =
        (delegate* unmanaged<ulong, void*>)NativeLibrary.GetExport(Library, "emulator_allocate");

    /// <summary>Memory and its bytes; 0 if the guards are whole, 1 if the one in front is not, 2 if the one behind.</summary>
    public static readonly delegate* unmanaged<void*, ulong, int> Free =
        (delegate* unmanaged<void*, ulong, int>)NativeLibrary.GetExport(Library, "emulator_free");

    /// <summary>x, w, y, scales of x and of w, rows, columns, depth, type of x and w, type of y.</summary>
    public static readonly delegate* unmanaged<void*, void*, void*, void*, void*, ulong, ulong, ulong, int, int, void> Multiply =
        (delegate* unmanaged<void*, void*, void*, void*, void*, ulong, ulong, ulong, int, int, void>)
        NativeLibrary.GetExport(Library, "emulator_multiply");
}
