using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Engine.Linear;

/// <summary>Refuses codes that are no numbers, as they are packed: checking at opening would read every weight twice.</summary>
internal static class PanelChecks
{
    /// <summary>Refuses E4M3 NaN codes.</summary>
    /// <param name="weight">Whose codes.</param>
    /// <param name="firstOutput">Where the panel begins.</param>
    /// <param name="codes">// [depth, width]</param>
    /// <exception cref="BatchLLMException">A code is NaN.</exception>
    public static void RefuseNaN(LinearWeight weight, int firstOutput, ReadOnlySpan<byte> codes)
    {
        if (codes.ContainsAny<byte>(0x7F, 0xFF))
        {
            throw new BatchLLMException(
                $"Layer '{weight.Name}': the weights of outputs {firstOutput} to {firstOutput + codes.Length / weight.InputCount - 1} " +
                "contain NaN (E4M3 code 7F or FF); expected numbers. The weight file is damaged: download it again.");
        }
    }
}
