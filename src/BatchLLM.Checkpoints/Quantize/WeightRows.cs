using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Rows of unquantized weights, read one at a time from any thread.</summary>
internal static class WeightRows
{
    /// <summary>Reads a row and hands it on.</summary>
    public static void Use(this LinearWeight weight, int row, Action<ReadOnlySpan<float>> use)
    {
        var buffer = ArrayPool<float>.Shared.Rent(weight.InputCount);
        var values = buffer.AsSpan(0, weight.InputCount);
        weight.ReadFloats(row, values);
        use(values);
        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>Largest magnitude of each row. // [outputs]</summary>
    /// <exception cref="BatchLLMException">A weight is NaN or infinite.</exception>
    public static float[] RowMagnitudes(this LinearWeight weight)
    {
        var magnitudes = new float[weight.OutputCount]; // [outputs]
        Parallel.For(0, magnitudes.Length, row => weight.Use(row, values => magnitudes[row] = Magnitude(values)));
        return Array.FindIndex(magnitudes, magnitude => !float.IsFinite(magnitude)) is var bad and >= 0
            ? throw new BatchLLMException(
                $"Layer '{weight.Name}' has a weight that is NaN or infinite in row {bad}; such a model cannot be quantized. " +
                "Download the model again or repair its training.")
            : magnitudes;
    }

    /// <summary>Largest magnitude; NaN if any value is.</summary>
    public static float Magnitude(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var largest = Vector<float>.Zero;
        foreach (var vector in vectors)
        {
            largest = Vector.Max(largest, Vector.Abs(vector));
        }

        var result = 0f;
        for (var i = 0; i < Vector<float>.Count; i++)
        {
            result = MathF.Max(result, largest[i]);
        }

        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
        {
            result = MathF.Max(result, MathF.Abs(value));
        }

        return result;
    }
}
