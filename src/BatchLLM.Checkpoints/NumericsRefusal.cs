using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints;

/// <summary>Why a checkpoint cannot be computed with what is asked for.</summary>
public static class NumericsRefusal
{
    /// <summary>The sentence; null if the checkpoint supports the numerics.</summary>
    /// <param name="model">The model, as its user names it.</param>
    /// <param name="scheme">What its checkpoint declares.</param>
    /// <param name="asked">Wanted numerics; null for the checkpoint's own.</param>
    /// <param name="asker">Who asks, for example "the job".</param>
    public static string? Of(string model, QuantizationScheme scheme, Numerics? asked, string asker)
    {
        if (asked is not { } wanted || scheme.Supported.Contains(wanted))
        {
            return null;
        }

        var supported = string.Join(" or ", scheme.Supported.Select(NumericsNames.Name));
        return $"Model {model} is {Name(scheme.Format)} and computes {supported}; {asker} asks for {wanted.Name()}.";
    }

    private static string Name(WeightFormat format) => format switch
    {
        WeightFormat.Fp8 => "FP8",
        WeightFormat.Int8 => "INT8",
        WeightFormat.Nvfp4 => "NVFP4",
        WeightFormat.Int4 => "INT4",
        _ => "not quantized",
    };
}
