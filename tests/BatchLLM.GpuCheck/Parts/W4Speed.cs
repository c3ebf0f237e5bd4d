using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>
/// Products of weights that stay 4-bit codes, on the layers of Llama 3.1 8B: whether they are near the library's of the same weights in
/// BF16, whether a row's bits are the same in every launch that a number of rows may get, and how fast they are.
/// </summary>
internal static class W4Speed
{
    private const int Repeats = 20;
    private const int FewRows = 16;

    // NVFP4 is exact in BF16, and INT4 rounded by at most as much; sums in another order make far less.
    private static readonly double Tolerance = Math.Pow(2, -9);

    private static readonly int[] Rows = [16, 32, 64, 128, 256, 1_024, 4_096];

    private static readonly string[][] Stacks =
        [["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], ["self_attn.o_proj"], ["mlp.gate_proj", "mlp.up_proj"], ["mlp.down_proj"]];

    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        LlamaShapes.TryFind("llama-3.1-8b", out var config);
        using var workspace = new W4Workspace(device);
        foreach (var precision in new[] { SyntheticPrecision.Nvfp4, SyntheticPrecision.Int4 })
        {
            var model = new SyntheticModel(config!, precision, seed: 1);
            foreach (var stack in Stacks)
            {
                var parts = Array.ConvertAll(stack, module => model.Linear(LlamaTensors.Module(0, module)));
                foreach (var result in Run(device, workspace, $"{precision} {string.Join(" and ", stack)}", parts))
                {
                    yield return result;
                }
            }
        }
    }

    private static IEnumerable<CheckResult> Run(CudaDevice device, W4Workspace workspace, string name, LinearWeight[] parts)
    {
        var shape = W4Linear.ShapeOf(Numerics.W4A16, parts, parts.Sum(part => part.OutputCount))!;
        using var linear = new W4Linear(device, shape, parts);
        using var x = device.AllocateWith<ushort>(Inputs(Rows[^1] * shape.Depth));
        using var y = device.Allocate((long)Rows[^1] * shape.Columns * sizeof(ushort));
        var hashes = new HashSet<string>();
        foreach (var rows in Rows)
        {
            var milliseconds = Milliseconds(device, () => linear.Multiply(workspace, x.Address, y.Address, rows, ElementType.BFloat16));
            hashes.Add(Hash(device, y, FewRows * shape.Columns));
            var plan = W4Plan.Of(shape, rows, device.Properties.MultiprocessorCount);
            var operations = 2.0 * rows * shape.Columns * shape.Depth;
            yield return CheckResult.Measured(
                $"{name}, {rows} rows", operations / milliseconds / 1e9, "TFLOP/s",
                $"{milliseconds * 1000:0.0} us, weights at {linear.ByteCount / milliseconds / 1e6:0} GB/s, {plan.Launch}");
        }

        yield return Compare(device, workspace, name, linear, parts, x);
        yield return CheckResult.Of($"{name}: the first {FewRows} rows' bits for all numbers of rows", hashes.Count == 1, $"{hashes.Count} kinds");
    }

    private static CheckResult Compare(
        CudaDevice device, W4Workspace workspace, string name, W4Linear linear, LinearWeight[] parts, DeviceMemory x)
    {
        using var matrix = new DeviceLinear(device, Numerics.Bf16, parts);
        using var y = device.Allocate((long)FewRows * matrix.Columns * sizeof(float));
        device.Multiply(matrix.Product(x.Address, y.Address, FewRows, ElementType.Float32));
        var expected = Read(device, y);
        linear.Multiply(workspace, x.Address, y.Address, FewRows, ElementType.Float32);
        var actual = Read(device, y);
        var error = Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow(e - (double)a * linear.Shape.Factor, 2)).Sum()
            / expected.Sum(e => (double)e * e));
        return new CheckResult($"{name}: difference from the library's product", error <= Tolerance, error * 100, "%", $"at most {Tolerance:P2}");
    }

    private static float[] Read(CudaDevice device, DeviceMemory memory)
    {
        var values = new float[memory.ByteCount / sizeof(float)];
        device.Download<float>(memory.Address, values);
        return values;
    }

    private static double Milliseconds(CudaDevice device, Action work)
    {
        work();
        return device.Milliseconds(() =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                work();
            }
        }) / Repeats;
    }

    private static ushort[] Inputs(int count)
    {
        var random = new Random(1);
        var bits = new ushort[count];
        for (var i = 0; i < count; i++)
        {
            bits[i] = (ushort)(BitConverter.SingleToUInt32Bits((float)(random.NextDouble() * 2 - 1)) >> 16);
        }

        return bits;
    }

    private static string Hash(CudaDevice device, DeviceMemory y, int count)
    {
        var bits = new ushort[count];
        device.Download<ushort>(y.Address, bits);
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<ushort>(bits)));
    }
}
