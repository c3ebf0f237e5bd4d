using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.GpuCheck.Reports;
using BatchLLM.GpuCheck.Vectors;
using BatchLLM.GpuCheck.Workloads;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>The parts of the check, each a list of checks of which one that fails does not keep the others from running.</summary>
/// <param name="device">A GPU, or what emulates one.</param>
/// <param name="sizes">How large all is.</param>
/// <param name="deadline">When a part has to be over.</param>
internal sealed class CheckParts(IDevice device, CheckSizes sizes, Deadline deadline) : IDisposable
{
    private WorkloadPart? _workloads;

    /// <summary>Names of all parts that run here.</summary>
    public static IReadOnlyList<string> Names { get; } = ["vectors", "forward", "kernels", "8b", "70b", "long"];

    /// <summary>A part's checks.</summary>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Of(string part) => part switch
    {
        "vectors" => Vectors(),
        "forward" => Forward(),
        "kernels" => Kernels(),
        "8b" => Model("Llama 3.1 8B FP8", sizes.Measured, sizes.Workloads, isShared: true),
        "70b" => Model("Llama 3.1 70B FP8", sizes.Large, sizes.LargeWorkloads, isShared: false),
        "long" => Long(),
        _ => throw new ArgumentException($"There is no part '{part}'; there are {string.Join(", ", Names)}.", nameof(part)),
    };

    /// <inheritdoc/>
    public void Dispose() => _workloads?.Dispose();

    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Vectors()
    {
        yield return ("probe", () => DeviceCheck.Run(device));
        if (device is CudaDevice cuda)
        {
            yield return ("kernels compile", () => CompileCheck.Run(cuda));
        }

        foreach (var vector in KernelVectors.Of(device.Properties))
        {
            yield return (vector.Name, () => [vector.Check(device)]);
        }

        foreach (var shape in AttentionBits.Shapes)
        {
            yield return ($"attention's bits, {shape.Suffix}", () => [AttentionBits.Compare(device, shape)]);
        }
    }

    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Forward()
    {
        var check = new EqualityCheck(device, sizes.Compared, sizes.ComparedRows);
        return EqualityCheck.Cases.Select(one => ($"{one.Precision} {one.Numerics}", (Func<IEnumerable<CheckResult>>)(() => check.Run(one))));
    }

    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Kernels()
    {
        yield return ("products", () => new ProductSpeed(device, sizes.Measured, sizes.ProductRows, sizes.ProductWeightBytes).Run());
        foreach (var check in ProductBits())
        {
            yield return check;
        }

        if (device is CudaDevice cuda)
        {
            yield return ("products of 4-bit weights", () => W4Speed.Run(cuda));
        }

        foreach (var precision in new[] { KvPrecision.Fp8, KvPrecision.Bf16 })
        {
            var config = sizes.Measured;
            var shape = new AttentionShape(config.HeadCount, config.KvHeadCount, config.HeadSize, precision, sizes.Runner.KvBlockTokens);
            var speed = new AttentionSpeed(device, shape);
            yield return ("decode", () => sizes.Decodes.Select(decode => speed.Decode(decode.Rows, decode.Context)));
            var (rows, context) = sizes.Decodes[^2];
            yield return ("prefix", () => [speed.Decode(rows, context, sharedBlocks: context * 7 / 8 / shape.BlockTokens)]);
            yield return ("chunks", () => sizes.Chunks.Select(chunk => speed.Chunk(chunk.Prompts, chunk.Tokens)));
        }
    }

    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Model(
        string name, LlamaConfig config, IReadOnlyList<Workload> workloads, bool isShared)
    {
        var part = Workloads(config);
        yield return (name, () => part.Open(name));
        foreach (var check in ProductBits())
        {
            yield return check;
        }

        var pieces = workloads.Count + (isShared ? 2 : 0);
        if (isShared)
        {
            yield return (sizes.Shared.Name, () => part.MeasureSharing(sizes.Shared, pieces));
            pieces -= 2;
        }

        foreach (var workload in workloads)
        {
            var left = pieces--;
            yield return (workload.Name, () => part.Measure(workload, left));
        }
    }

    // An emulator has one way to multiply.
    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> ProductBits()
    {
        if (device is CudaDevice cuda)
        {
            yield return ("products' bits", () => [ProductSpeed.Varying(cuda)]);
        }
    }

    private IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> Long()
    {
        var part = Workloads(sizes.Measured);
        yield return ("model", () => part.Open("Llama 3.1 8B FP8"));
        yield return ("long row", () => part.MeasureLong(sizes.Long));
    }

    private WorkloadPart Workloads(LlamaConfig config) => _workloads = new WorkloadPart(
        () => new ModelSession(device, config, sizes.Runner), Ceilings.H200, deadline, sizes.LeastBusy, sizes.MostRows);
}
