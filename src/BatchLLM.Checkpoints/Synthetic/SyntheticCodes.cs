using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>Codes and scales of one format whose products are N(0, 0.02), as a trained layer's weights nearly are.</summary>
internal sealed class SyntheticCodes
{
    /// <summary>The code of weight 0: symmetric, as published INT4 checkpoints are.</summary>
    public const byte Int4ZeroPoint = 8;

    /// <summary>Deviation of all weights but norms: what models are initialized with (Radford et al. 2019, GPT-2).</summary>
    public const float Deviation = 0.02f;

    // Scales are one of eight, 8/11.7 to 15/11.7 of the same, so that a kernel that takes the wrong one is seen. In E4M3 they
    // are the eight mantissas of one exponent, exactly.
    private const int Scales = 8;
    private const float ScaleUnit = 16;
    private const float LargestActivation = 8;

    private static readonly float RootMeanSquare = MathF.Sqrt(Enumerable.Range(Scales, Scales).Sum(k => (float)k * k) / Scales);

    private SyntheticCodes(WeightFormat format, float largestCode, Func<float, byte> encode)
    {
        Format = format;
        Codes = NormalTable.Map(value => encode(value / NormalTable.Largest * largestCode));
        var step = Deviation * NormalTable.Largest / largestCode;
        (ScaleTable, GlobalScale) = format switch
        {
            WeightFormat.Fp8 => (Repeat(_ => step), 1f),
            WeightFormat.Nvfp4 => (Repeat(k => ScaleUnit * k), step / (RootMeanSquare * ScaleUnit)),
            WeightFormat.Int4 => (Repeat(k => (float)(Half)(step * k / RootMeanSquare)), 1f),
            _ => (Repeat(k => step * k / RootMeanSquare), 1f),
        };
    }

    /// <summary>E4M3 codes under one scale, as ModelOpt writes them.</summary>
    public static SyntheticCodes Fp8 { get; } = new(WeightFormat.Fp8, E4M3.MaxValue, E4M3.Encode);

    /// <summary>Signed bytes with a scale per output.</summary>
    public static SyntheticCodes Int8 { get; } = new(WeightFormat.Int8, sbyte.MaxValue, value => (byte)(sbyte)MathF.Round(value));

    /// <summary>E2M1 codes with a scale per 16 inputs and one for all.</summary>
    public static SyntheticCodes Nvfp4 { get; } = new(WeightFormat.Nvfp4, E2M1.MaxValue, E2M1.Encode);

    /// <summary>Unsigned 4-bit codes with a half-precision scale per block.</summary>
    public static SyntheticCodes Int4 { get; } = new(WeightFormat.Int4, 7, value => (byte)(Int4ZeroPoint + MathF.Round(value)));

    /// <summary>How the layers are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>Codes to draw from. // [65536]</summary>
    public byte[] Codes { get; }

    /// <summary>Scales to draw from. // [65536]</summary>
    public float[] ScaleTable { get; }

    /// <summary>Factor on every scale.</summary>
    public float GlobalScale { get; }

    /// <summary>Static scale of activations up to 8 deviations; null where the format has none.</summary>
    public float? InputScale => Format switch
    {
        WeightFormat.Fp8 => LargestActivation / E4M3.MaxValue,
        WeightFormat.Nvfp4 => LargestActivation / (E4M3.MaxValue * E2M1.MaxValue),
        _ => null,
    };

    private static float[] Repeat(Func<int, float> scale) =>
        [.. Enumerable.Range(0, NormalTable.Length).Select(i => scale(Scales + i % Scales))];
}
