using System.Numerics;
using System.Runtime.InteropServices;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// Finds factors that protect the weights of loud inputs from INT4 rounding: W is multiplied by them column by column before
/// it is rounded, x is divided by them (Lin et al. 2023, AWQ, arXiv 2306.00978).
/// </summary>
internal static class AwqSearch
{
    /// <summary>Exponents 0, 0.05, ... 0.95 of the inputs' mean magnitudes; 0 is no factors at all.</summary>
    private const int Candidates = 20;

    /// <summary>The candidate with the least error of the layers' outputs on the calibration's sample rows.</summary>
    /// <param name="layers">Layers that share their input and therefore their factors.</param>
    /// <param name="input">What calibration saw there.</param>
    /// <param name="blockSize">Inputs that share a scale.</param>
    /// <returns>Positive; their largest and smallest are each other's inverse. // [inputs]</returns>
    public static float[] Find(IReadOnlyList<LinearWeight> layers, InputStatistics input, int blockSize)
    {
        var candidates = Enumerable.Range(0, Candidates)
            .Select(step => Factors(input.MeanMagnitudes, (float)step / Candidates)).ToArray();
        var errors = new double[Candidates];
        foreach (var layer in layers)
        {
            var perRow = new double[layer.OutputCount][]; // [outputs, candidates]
            Parallel.For(0, layer.OutputCount, row => layer.Use(row, weights =>
            {
                var sums = new double[Candidates];
                for (var i = 0; i < Candidates; i++)
                {
                    sums[i] = Error(weights, candidates[i], input.Samples, blockSize);
                }

                perRow[row] = sums;
            }));
            foreach (var sums in perRow)
            {
                for (var i = 0; i < Candidates; i++)
                {
                    errors[i] += sums[i];
                }
            }
        }

        return candidates[Array.IndexOf(errors, errors.Min())];
    }

    /// <summary>Factors of one exponent. Inputs that calibration never saw count as a small share of the mean.</summary>
    public static float[] Factors(float[] meanMagnitudes, float exponent)
    {
        var floor = MathF.Max(1e-30f, meanMagnitudes.Average() * 1e-4f);
        var factors = Array.ConvertAll(meanMagnitudes, mean => MathF.Pow(MathF.Max(mean, floor), exponent));
        var middle = MathF.Sqrt(factors.Max() * factors.Min());
        return Array.ConvertAll(factors, factor => factor / middle);
    }

    private static double Error(ReadOnlySpan<float> weights, float[] factors, float[] samples, int blockSize)
    {
        var difference = new float[weights.Length]; // [inputs]
        var codes = new sbyte[weights.Length]; // [inputs]
        var scales = new Half[weights.Length / blockSize]; // [blocks]
        for (var i = 0; i < difference.Length; i++)
        {
            difference[i] = weights[i] * factors[i];
        }

        Int4Weights.Encode(difference, codes, scales);
        for (var i = 0; i < difference.Length; i++)
        {
            difference[i] = codes[i] * (float)scales[i / blockSize] / factors[i] - weights[i];
        }

        var error = 0.0;
        for (var sample = 0; sample < samples.Length; sample += weights.Length)
        {
            error += Math.Pow(Dot(difference, samples.AsSpan(sample, weights.Length)), 2);
        }

        return error;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            sums += left[i] * right[i];
        }

        var sum = Vector.Sum(sums);
        for (var i = left.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
