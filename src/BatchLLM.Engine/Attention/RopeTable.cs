using BatchLLM.Checkpoints;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Rotary frequencies (Su et al. 2021, arXiv 2104.09864), with the "llama3" stretching where the model asks for it.
/// </summary>
internal static class RopeTable
{
    /// <summary>Frequencies in radians per position, one for each pair of a head. // [headSize / 2]</summary>
    public static float[] Frequencies(LlamaConfig config)
    {
        var frequencies = new float[config.HeadSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize);
            frequencies[i] = (float)(config.RopeScaling is { } scaling ? Stretch(frequency, scaling) : frequency);
        }

        return frequencies;
    }

    /// <summary>Cosine and sine of every position's angles. // [positions, headSize / 2] each</summary>
    public static StoredRope Angles(LlamaConfig config, int positions)
    {
        var frequencies = Frequencies(config);
        var half = frequencies.Length;
        var cosines = new float[(long)positions * half];
        var sines = new float[(long)positions * half];
        for (var position = 0; position < positions; position++)
        {
            Turn(frequencies, position, cosines.AsSpan(position * half, half), sines.AsSpan(position * half, half));
        }

        return new StoredRope(positions, cosines, sines);
    }

    /// <summary>Cosine and sine of one position's angles.</summary>
    /// <param name="frequencies">// [headSize / 2]</param>
    /// <param name="position">Which.</param>
    /// <param name="cosines">// [headSize / 2]</param>
    /// <param name="sines">// [headSize / 2]</param>
    public static void Turn(float[] frequencies, int position, Span<float> cosines, Span<float> sines)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            // The angle is a float32 product, as in the models' training code: at position 131,071 a double product
            // differs by 0.008 radians.
            double angle = position * frequencies[i];
            cosines[i] = (float)Math.Cos(angle);
            sines[i] = (float)Math.Sin(angle);
        }
    }

    // llama-models, model.py: long wavelengths are divided, short ones stay, those between are interpolated.
    private static double Stretch(double frequency, RopeScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalPositions / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        if (wavelength > scaling.OriginalPositions / scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        var smooth = (scaling.OriginalPositions / wavelength - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }
}
