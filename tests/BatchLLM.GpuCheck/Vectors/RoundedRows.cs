using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Rows that a kernel has written as a product's input, and what they may differ by from what they stand for.</summary>
internal sealed class RoundedRows(IDevice device, InputForm form, int rows, int width, float staticScale) : IDisposable
{
    /// <summary>Forms whose steps a row or a number decides; NVFP4's blocks have tests of their own (Nvfp4RowsTests).</summary>
    public static InputForm[] Forms { get; } = [.. Enum.GetValues<InputForm>().Where(form => form != InputForm.Nvfp4)];

    private readonly DeviceMemory _codes = device.Allocate((long)rows * width * (form == InputForm.BFloat16 ? 2 : 1));
    private readonly DeviceMemory _scales = device.Allocate(rows * sizeof(float));

    public ulong Address => _codes.Address;

    public ulong Scales => _scales.Address;

    /// <summary>What was written: values, then the rows' scales.</summary>
    public float[] Read()
    {
        var scales = form.IsPerRow() ? device.Read<float>(_scales) : Enumerable.Repeat(staticScale, rows).ToArray();
        var values = form switch
        {
            InputForm.BFloat16 => Array.ConvertAll(device.Read<ushort>(_codes), TestRows.Value),
            InputForm.Int8PerRow => device.Read<sbyte>(_codes).Select((code, i) => code * scales[i / width]).ToArray(),
            _ => device.Read<byte>(_codes).Select((code, i) => E4M3.Decode(code) * scales[i / width]).ToArray(),
        };
        return [.. values, .. scales];
    }

    /// <summary>
    /// Each value is the nearest that its form has: no more than half a step away, and what a sum in another order (a relative
    /// <paramref name="error"/>) may move it over a border.
    /// </summary>
    /// <returns>The first value, or scale, of which that is not so; null if there is none.</returns>
    public static string? FaultOf(float[][] expected, float[] read, InputForm form, float staticScale, float error)
    {
        var width = expected[0].Length;
        for (var row = 0; row < expected.Length; row++)
        {
            var scale = Scale(expected[row], form, staticScale);
            var found = read[expected.Length * width + row];
            if (scale != 0 && !(MathF.Abs(found / scale - 1) <= error + 1e-7f))
            {
                return $"row {row}: scale {found}, expected {scale}";
            }

            for (var i = 0; i < width; i++)
            {
                var x = expected[row][i];
                if (!(MathF.Abs(read[row * width + i] - Saturate(x, form, scale)) <= HalfStep(x, form, scale, error)))
                {
                    return $"row {row}, element {i}: {read[row * width + i]}, expected {x} within {HalfStep(x, form, scale, error)}";
                }
            }
        }

        return null;
    }

    private static float Scale(float[] row, InputForm form, float staticScale)
    {
        var largest = row.Max(MathF.Abs);
        return form switch
        {
            InputForm.E4M3PerRow => MathF.Max(largest / E4M3.MaxValue, 1 / (E4M3.MaxValue * 512)),
            InputForm.Int8PerRow => largest / 127,
            _ => staticScale,
        };
    }

    private static float Saturate(float x, InputForm form, float scale) =>
        form == InputForm.E4M3Static ? Math.Clamp(x, -E4M3.MaxValue * scale, E4M3.MaxValue * scale) : x;

    private static float HalfStep(float x, InputForm form, float scale, float error) => error * MathF.Abs(x) + (1 + 1e-6f) * form switch
    {
        InputForm.BFloat16 => MathF.Abs(x) / 256 + 1e-38f,
        InputForm.Int8PerRow => scale / 2 + 1e-38f,
        _ => MathF.Max(MathF.Abs(x) / 16, scale / 1024),
    };

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
