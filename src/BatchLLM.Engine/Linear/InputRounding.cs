using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Engine.Linear;

/// <summary>How the input of a linear layer is rounded before the product.</summary>
/// <param name="Kind">The format it is rounded to.</param>
/// <param name="Scale">The static scale where the kind has one: of E4M3, or NVFP4's global one.</param>
internal readonly record struct InputRounding(InputRoundingKind Kind, float Scale)
{
    /// <summary>No rounding.</summary>
    public static InputRounding None { get; } = new(InputRoundingKind.None, 1);

    /// <summary>Decides the rounding for layers that read one input.</summary>
    /// <param name="numerics">What is in force.</param>
    /// <param name="siblings">The layers; the largest of their scales covers the input of all.</param>
    public static InputRounding Of(Numerics numerics, params LinearWeight[] siblings)
    {
        if (Array.Exists(siblings, w => w.Format == WeightFormat.Float))
        {
            return None;
        }

        var scale = siblings.Max(w => w.InputScale) ?? 1;
        return numerics switch
        {
            Numerics.W8A8Static => new(InputRoundingKind.E4M3Static, scale),
            Numerics.W8A8Dynamic => new(InputRoundingKind.E4M3PerRow, 1),
            Numerics.W8A8Int8 or Numerics.W4A8 => new(InputRoundingKind.Int8PerRow, 1),
            Numerics.W4A4Emulated => new(InputRoundingKind.Nvfp4, scale),
            _ => None,
        };
    }
}
