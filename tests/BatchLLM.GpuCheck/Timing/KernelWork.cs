using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Timing;

/// <summary>What a launch moves and computes at least. Rows that fill a step up count.</summary>
/// <param name="Bytes">Read once and written once; 0 where the arguments do not tell.</param>
/// <param name="Operations">Multiplications and additions, of products alone.</param>
internal readonly record struct KernelWork(double Bytes, double Operations)
{
    /// <summary>Both sums.</summary>
    public static KernelWork operator +(KernelWork one, KernelWork other) => new(one.Bytes + other.Bytes, one.Operations + other.Operations);

    /// <summary>Of a product.</summary>
    public static KernelWork Of(in MatrixProduct p)
    {
        var inputs = ((double)p.Rows + p.Columns) * p.Depth * p.InputType.Bytes();
        return new KernelWork(inputs + (double)p.Rows * p.Columns * p.OutputType.Bytes(), 2.0 * p.Rows * p.Columns * p.Depth);
    }

    /// <summary>Of a kernel; how long contexts are stands in the device's memory, so attention is left to whoever knows.</summary>
    /// <param name="name">Of the kernel.</param>
    /// <param name="shape">Its blocks, of which these kernels have one a row.</param>
    /// <param name="arguments">Its parameter.</param>
    public static KernelWork Of(string name, LaunchShape shape, object arguments) => new((double)shape.GridX * arguments switch
    {
        AddNormArguments a => (double)a.Hidden * (sizeof(float) + OutputBytes(name) + (a.Product == 0 ? 0 : sizeof(float) + ProductBytes(name))),
        ActivationArguments a => (double)a.Width * (2 * ProductBytes(name) + OutputBytes(name)),
        RopeStoreArguments a => (double)a.HeadDim * ((a.Heads + 2 * a.KvHeads) * ProductBytes(name) + a.Heads * sizeof(ushort) + 2 * a.KvHeads * CacheBytes(name)),
        EmbeddingArguments a => (double)a.Hidden * (sizeof(ushort) + sizeof(float)),
        ChoiceArguments a => (double)a.Vocabulary * sizeof(float),
        _ => 0,
    }, 0);

    private static int ProductBytes(string name) => name.Contains("_int32_", StringComparison.Ordinal) ? sizeof(int) : sizeof(ushort);

    private static int OutputBytes(string name) => name.EndsWith("_to_bf16", StringComparison.Ordinal) ? sizeof(ushort) : 1;

    private static int CacheBytes(string name) => name.EndsWith("_e4m3", StringComparison.Ordinal) ? 1 : sizeof(ushort);
}
