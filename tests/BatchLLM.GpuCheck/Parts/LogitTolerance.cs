using BatchLLM.Checkpoints;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>How far a GPU's logits may be from the CPU's, relative to their size, in models of three or four layers.</summary>
internal static class LogitTolerance
{
    // Products come out as BF16 with 8 bits: each adds up to 2^-9 of its size to a residual that the CPU keeps in float32,
    // seven times a layer. Random directions give sqrt(7 layers) 2^-9 = 0.9 to 1.0 % of the logits; the limit is nearly thrice that.
    private const double Float = 0.027;

    // Weights of four bits are exact, so that the rounding of products is all there is. It is even between -2^-9 and 2^-9, hence
    // 2^-9 / sqrt(3) in the mean of squares: sqrt(7 layers / 3) 2^-9 = 0.52 to 0.6 %; the limit is nearly twice that.
    private const double W4 = 0.0104;

    // Where these differences meet a rounding to E4M3, whose steps are 2^-4 to 2^-3, a few numbers go to the next code: a difference
    // d grows to sqrt(d step), 1 %, at each of five places of a layer. sqrt(5 layers) 1 % = 4 to 4.5 %; the limit is nearly twice that.
    private const double Fp8 = 0.08;

    /// <summary>The limit.</summary>
    public static double Of(Numerics numerics, KvPrecision kv) =>
        numerics is Numerics.W8A8Static or Numerics.W8A8Dynamic || kv == KvPrecision.Fp8 ? Fp8
        : numerics == Numerics.W4A16 ? W4
        : Float;
}
